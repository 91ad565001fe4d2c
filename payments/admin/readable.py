"""What a provider sent, as rows that a person can read: a name and a value each, whatever the shape."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

MOST = 100
LONGEST = 300
DEEPEST = 6


def rows_of(value: Any) -> SafeString:
    """A table of nested JSON, bounded in length and depth; a dash where there is nothing."""
    rows = list(islice(_walk("", value, 0), MOST))
    if not rows:
        return format_html("{}", "–")
    cells = format_html_join("", "<tr><th scope='row'>{}</th><td><bdi dir='auto'>{}</bdi></td></tr>", rows)
    return format_html("<table class='td-rows'>{}</table>", cells)


def _walk(name: str, value: Any, depth: int) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict | list):
        if value not in (None, ""):
            yield name, _words(value)
    elif depth >= DEEPEST:
        yield name, "…"
    else:
        pairs = value.items() if isinstance(value, dict) else enumerate(value, start=1)
        for key, inner in pairs:
            yield from _walk(f"{name} › {key}" if name else str(key).replace("_", " "), inner, depth + 1)


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return Truncator(str(value)).chars(LONGEST)
