"""Who is at the desk, and how names are shown."""

from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString


def clerk(request: HttpRequest) -> User:
    """The person at the desk; the admin lets nobody else in."""
    assert isinstance(request.user, User)  # noqa: S101 (for the type checker)
    return request.user


def two_lines(first: str, second: str) -> SafeString:
    """A cell of a list: what matters, and below it what helps to tell it apart."""
    return format_html('<div class="td-two">{}<div class="td-below">{}</div></div>', first, second)


def person(name: str) -> SafeString:
    """A name in whatever script, set apart from the direction of what stands around it."""
    return format_html('<bdi dir="auto">{}</bdi>', name)
