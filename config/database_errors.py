"""What a person or a program is told when the database has cut a statement off (config.statement_limits)."""

import logging
from collections.abc import Callable
from typing import Final

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from psycopg.errors import LockNotAvailable, QueryCanceled

from config.errors import plain_error

logger = logging.getLogger(__name__)

SECONDS: Final = 10  # until a new try
TOOK_TOO_LONG: Final = (
    "too_slow",
    "That took too long and was stopped. Search for something narrower or choose fewer rows, then try again.",
)
BUSY: Final = ("busy", "Somebody else is changing the same rows. Wait a few seconds, then try again.")


class DatabaseErrorsMiddleware:
    """503 with what to do for a statement that ran, or waited for a lock, too long; one line in the log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, OperationalError):
            return None
        if isinstance(exception.__cause__, QueryCanceled):
            code, detail = TOOK_TOO_LONG
        elif isinstance(exception.__cause__, LockNotAvailable):
            code, detail = BUSY
        else:
            return None
        logger.warning("A statement was stopped (%s): %s %s", code, request.method, request.path)
        response = plain_error(request, status=503, code=code, title="Please try again", detail=detail)
        response["Retry-After"] = str(SECONDS)
        response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 (one line is enough)
        return response
