"""The tags and filters that staff's own words may use."""

from typing import Any

from django.template import Library, defaultfilters
from django.template.defaulttags import do_for, do_if

MAX_JOINED = 100_000  # characters; twice what the longest list of travellers takes
register = Library()
register.tag("if", do_if)
register.tag("for", do_for)
for _name in ("default", "first", "last", "length", "lower", "pluralize", "title", "upper"):
    register.filter(_name, getattr(defaultfilters, _name))


class UnfitText(Exception):  # noqa: N818 (not a fault of the program)
    """These words can't become a mail; str() says why, for whoever wrote them."""


@register.filter
def join(value: Any, separator: Any) -> Any:
    """Django's own in a text that isn't HTML, but measured before it is made: a join of a join multiplies."""
    try:
        parts = [str(part) for part in value]
    except TypeError:
        return value
    if sum(map(len, parts)) + len(str(separator)) * (len(parts) - 1) > MAX_JOINED:
        raise UnfitText(
            f"join makes this longer than {MAX_JOINED:,} characters. Join a list, once, with something short."
        )
    return str(separator).join(parts)
