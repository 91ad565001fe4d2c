"""A database that is away: 503 and one line, for staff, customers and integrations."""

import logging
import sqlite3
from typing import Any

import pytest
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DataError, InterfaceError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from django.urls import reverse
from psycopg import OperationalError as PgOperationalError
from psycopg import errors

from config import database_errors
from config.database_errors import is_away
from config.logs import OneLine
from tests.rest import caller


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def sqlite_error(code: int) -> Exception:
    cause = sqlite3.OperationalError("…")
    cause.sqlite_errorcode = code
    return caused(OperationalError("…"), cause)


REFUSED = caused(OperationalError("connection failed"), PgOperationalError("connection failed: refused\nmore"))


@pytest.mark.parametrize(
    ("error", "away"),
    [
        (REFUSED, True),
        (InterfaceError("connection already closed"), True),
        (caused(OperationalError(), errors.ConnectionTimeout()), True),
        (caused(OperationalError(), errors.AdminShutdown()), True),
        (caused(OperationalError(), errors.CannotConnectNow()), True),
        (caused(OperationalError(), errors.TooManyConnections()), True),
        (caused(OperationalError(), errors.ConnectionFailure()), True),
        (caused(OperationalError(), errors.DiskFull()), True),
        (sqlite_error(sqlite3.SQLITE_BUSY), True),
        (sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT), True),
        (sqlite_error(sqlite3.SQLITE_CANTOPEN), True),
        (sqlite_error(sqlite3.SQLITE_ERROR), False),
        (caused(OperationalError(), errors.QueryCanceled()), False),
        (caused(OperationalError(), errors.LockNotAvailable()), False),
        (caused(OperationalError(), errors.DeadlockDetected()), False),
        (caused(DataError(), errors.NumericValueOutOfRange()), False),
        (OSError("disk"), False),
    ],
)
def test_away_is_not_a_statement_that_is_wrong_or_slow(error: Exception, away: bool) -> None:
    assert is_away(error) is away


def take_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each statement ends as it does when nothing listens at the database's port."""

    def cursor(*_args: object, **_options: object) -> None:
        raise REFUSED

    monkeypatch.setattr(BaseDatabaseWrapper, "cursor", cursor)
    monkeypatch.setattr(BaseDatabaseWrapper, "_cursor", cursor)
    monkeypatch.setattr(database_errors.database, "failures", 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/admin/"),  # request.user, lazily, in the view
        ("post", "/admin/login/"),
        ("get", "/api/departures/"),
        ("post", "/api/booking/"),
        ("get", "/pay/return/CHAPA-ABCDEFGH23456789/"),
    ],
)
def test_a_page_that_needs_the_database_is_503_with_one_line_for_all(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, method: str, path: str
) -> None:
    client = caller() if path.startswith("/api/") else Client(headers={"cookie": "sessionid=" + "s" * 32})
    client.raise_request_exception = False
    take_away(monkeypatch)
    for _ in range(3):
        form = {"username": "a", "password": "b"} if path.startswith("/admin") else {}
        response = getattr(client, method)(path, form)
        assert (response.status_code, response["Retry-After"], response["Cache-Control"]) == (503, "10", "no-store")
        if path.startswith("/api/"):
            assert response.json()["code"] == "unavailable"
        else:
            assert b"try again in a minute" in response.content
    lines = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [(line.getMessage(), line.exc_info) for line in lines] == [
        ("The database is away (failure 1): OperationalError: connection failed ", None)
    ]


@pytest.mark.django_db
def test_what_a_middleware_raises_is_503_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> None:
        raise REFUSED

    monkeypatch.setattr(SessionMiddleware, "process_response", fail)
    response = Client(raise_request_exception=False).get(reverse("admin:login"))
    assert (response.status_code, response["Retry-After"]) == (503, "10")


def record(error: Exception, name: str = "celery.app.trace") -> logging.LogRecord:
    info: Any = (type(error), error, None)
    return logging.LogRecord(name, logging.ERROR, __file__, 1, "Task %s raised\nmore lines", ("a",), info)


def test_tracebacks_of_an_outage_are_one_line_a_minute_of_each_kind() -> None:
    one_line = OneLine()
    first, second, other = record(REFUSED), record(REFUSED), record(ConnectionResetError("reset"))
    assert [one_line.filter(line) for line in (first, second, other)] == [True, False, True]
    assert first.getMessage() == "Task a raised [OperationalError: connection failed]"
    assert (first.exc_info, first.exc_text) == (None, None)


def test_celerys_warning_with_a_traceback_in_it_is_one_line() -> None:
    text = "trace.py:809: RuntimeWarning: Exception raised outside body: {}:\nTraceback\n  File"
    away = logging.LogRecord(
        "py.warnings", logging.WARNING, __file__, 1, text.format("OperationalError('x')"), (), None
    )
    ours = logging.LogRecord("py.warnings", logging.WARNING, __file__, 1, text.format("ValueError('x')"), (), None)
    assert (OneLine().filter(away), OneLine().filter(ours)) == (True, True)
    assert (len(away.getMessage().splitlines()), len(ours.getMessage().splitlines())) == (1, 3)


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    line = record(ValueError("ours"))
    assert OneLine().filter(line)
    assert line.exc_info is not None
