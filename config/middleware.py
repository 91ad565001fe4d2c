"""What every request passes: no NUL on the way in, and the headers that every answer carries."""

from collections.abc import Callable
from urllib.parse import unquote

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse

from config.answers import for_api

# 'unsafe-eval': the admin's Alpine.js compiles the expressions of its x- attributes.
# 'unsafe-inline' for styles only: htmx, Alpine and the admin's theme colours write them.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    # Customers' data stays out of every cache, a shared desk's "back" button included.
    "Cache-Control": "no-store",
}


class SecurityHeadersMiddleware:
    """Adds what the view didn't set itself: a page that must differ (a mail's preview) sets its own header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


class NoNulMiddleware:
    """400 for a NUL in a page's address or cookies: PostgreSQL can't look for one, and no link of ours holds one.

    The fields of forms refuse it themselves, and so does the API, each by its name.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        texts = (request.path_info, unquote(request.META.get("QUERY_STRING", "")), *request.COOKIES.values())
        if "\0" in "".join(texts) and not for_api(request):
            raise BadRequest("A NUL in the address or a cookie.")
        return self.get_response(request)
