"""How large a request may be. Refused before anything reads it: Django keeps what is uploaded under /tmp.

The small limit is everybody's. Only staff who are logged in may send files, on the pages that take them.
"""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Final

from django.conf import settings
from django.contrib.auth.middleware import get_user
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat

from bookings.rest.parsers import TooLarge
from bookings.spreadsheets import MAX_BYTES
from config.answers import for_api, plain_error

MIB: Final = 1024**2
SMALL: Final = 2 * MIB
# A file's own limit, which the page's form tells, and the rest of the form.
UPLOADS: Final = (
    (re.compile(r"/admin/\w+/\w+/import/"), MAX_BYTES + MIB),
    (re.compile(r"/admin/\w+/\w+/act/[\w-]+/"), settings.MAX_PROOF_BYTES + MIB),
)


class BodyLimitMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        limit, size = SMALL, declared(request)
        if size > limit:
            upload = upload_limit(request)
            if upload and not get_user(request).is_staff:
                return refuse(request, size, "Your session is over. Log in again, then send the file once more.")
            limit = max(limit, upload)
        if size > limit or not counted(request, limit):
            return refuse(request, size, f"At most {filesizeformat(limit)} are taken here. Send less, or in parts.")
        return self.get_response(request)


def declared(request: HttpRequest) -> int:
    """Bytes by Content-Length; 0 for a body in chunks."""
    length = request.META.get("CONTENT_LENGTH") or ""
    return int(length[:20]) if length.isascii() and length.isdecimal() else 0


def upload_limit(request: HttpRequest) -> int:
    return next((limit for pattern, limit in UPLOADS if pattern.fullmatch(request.path_info)), 0)


def counted(request: HttpRequest, limit: int) -> bool:
    """Whether a body in chunks ends within the limit. Then it is the request's: Django reads none without a length."""
    if not request.META.get("HTTP_TRANSFER_ENCODING") or not request.META.get("wsgi.input_terminated"):
        return True
    try:
        body = request.META["wsgi.input"].read(limit + 1)
    except OSError as error:
        raise BadRequest("The body did not arrive.") from error
    if len(body) > limit:
        return False
    if not for_api(request):  # which asks for a length (411), and says so
        request.META["CONTENT_LENGTH"] = str(len(body))
        request._stream = BytesIO(body)  # noqa: SLF001 (where WSGIRequest reads)
    return True


def refuse(request: HttpRequest, size: int, cure: str) -> HttpResponse:
    if for_api(request):
        return plain_error(request, status=413, code=TooLarge.default_code, title="", detail=TooLarge.default_detail)
    what = f"What you sent is too large ({filesizeformat(size)})." if size else "What you sent is too large."
    return plain_error(request, status=413, code="too_large", title="Too large", detail=f"{what} {cure}")
