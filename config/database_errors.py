"""What a person or a program is told when the database is away or has cut a statement off (config.statement_limits).

503 with Retry-After, and one line in the log instead of a traceback each time.
"""

import logging
import sqlite3
from collections.abc import Callable
from typing import Final

import psycopg
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from psycopg.errors import LockNotAvailable, QueryCanceled

from config.answers import error as as_json
from config.answers import for_api, plain_error
from notifications.outages import Outage

logger = logging.getLogger(__name__)

RETRY_AFTER: Final = "10"  # seconds
# PostgreSQL's own words for: it stops, it starts, it stands by, there is no room for one more, it was cut off.
AWAY: Final = frozenset({"57P01", "57P02", "57P03", "25006", "53100", "53200", "53300"})
AWAY_CLASS: Final = "08"  # connection exceptions
SQLITE_AWAY: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
    }
)  # fmt: skip

database = Outage("The database", logger)
TOOK_TOO_LONG: Final = (
    "too_slow",
    "That took too long and was stopped. Search for something narrower or choose fewer rows, then try again.",
)
BUSY: Final = ("busy", "Somebody else is changing the same rows. Wait a few seconds, then try again.")


class DatabaseErrorsMiddleware:
    """For what a view raises. What a middleware raises comes to handler500 (config/errors.py), which asks here too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return cut_off(request, exception) or unavailable(request, exception)


def cut_off(request: HttpRequest, exception: BaseException | None) -> HttpResponse | None:
    """The answer when a statement ran, or waited for a lock, too long; else None."""
    if not isinstance(exception, OperationalError):
        return None
    if isinstance(exception.__cause__, QueryCanceled):
        code, detail = TOOK_TOO_LONG
    elif isinstance(exception.__cause__, LockNotAvailable):
        code, detail = BUSY
    else:
        return None
    logger.warning("A statement was stopped (%s): %s %s", code, request.method, request.path)
    return later(plain_error(request, status=503, code=code, title="Please try again", detail=detail))


def unavailable(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """The answer when this error says that the database is away; else None."""
    if error is None or not is_away(error):
        return None
    database.failed(error)
    if for_api(request):
        return later(as_json(503, "unavailable", "Our database can't be reached just now; try again later."))
    # The template asks neither the session nor the database.
    house = {"company": settings.COMPANY_NAME, "support": settings.SUPPORT_EMAIL, "request": {"path": request.path}}
    return later(render(None, "503.html", house, status=503))


def later(response: HttpResponse) -> HttpResponse:
    response["Retry-After"] = RETRY_AFTER
    response["Cache-Control"] = "no-store"
    response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 (one line is enough)
    return response


def is_away(error: BaseException) -> bool:
    """Not there, not ready, or taking nothing; and not a statement that is wrong, too slow or in another's way."""
    if isinstance(error, InterfaceError):
        return True
    cause = error.__cause__
    if not isinstance(error, DatabaseError) or cause is None:
        return False
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF in SQLITE_AWAY
    state = getattr(cause, "sqlstate", None)
    if state is None:  # the line broke before PostgreSQL could say anything
        return isinstance(cause, psycopg.OperationalError)
    return state in AWAY or state.startswith(AWAY_CLASS)
