"""Statements of the web are cut off on PostgreSQL, and what is told then; workers and commands have no limit."""

import gc
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import path
from psycopg.errors import LockNotAvailable, QueryCanceled
from pytest_django import Settings

from config.statement_limits import LongWorkMiddleware, patience
from tests.factories import make_user

SHOW = (
    "from django.db import connection; cursor = connection.cursor(); found = []\n"
    "for name in ('statement_timeout', 'lock_timeout'):\n"
    "    cursor.execute(f'SHOW {name}'); found += cursor.fetchone()\n"
    "print(*found)"
)


def stopped(cause: type[Exception]) -> Callable[[HttpRequest], HttpResponse]:
    def view(_request: HttpRequest) -> HttpResponse:
        raise OperationalError("SELECT secret") from cause("SELECT secret")

    return view


urlpatterns = [
    path("admin/slow/", stopped(QueryCanceled)),
    path("admin/busy/", stopped(LockNotAvailable)),
    path("api/slow/", stopped(QueryCanceled)),
    path("admin/away/", stopped(ConnectionError)),
]


@pytest.mark.parametrize(
    ("page", "told"), [("/admin/slow/", "took too long"), ("/admin/busy/", "is changing the same rows")]
)
def test_a_statement_that_was_cut_off_is_a_page_that_says_what_to_do(
    page: str, told: str, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.ROOT_URLCONF = __name__
    with caplog.at_level(logging.WARNING):
        response = Client().get(page)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "10")
    assert told in response.content.decode()
    [line] = caplog.records
    assert (line.exc_info, "SELECT" in line.getMessage()) == (None, False)


def test_a_program_is_told_in_json(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    response = Client().get("/api/slow/")
    assert (response.status_code, response.json()["code"], response.headers["Retry-After"]) == (503, "too_slow", "10")


def test_another_error_of_the_database_is_not_taken_for_one(settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    assert Client(raise_request_exception=False).get("/admin/away/").status_code != 200


@pytest.mark.services
@pytest.mark.django_db
def test_the_web_has_limits_and_commands_have_none() -> None:
    assert shown("import config.wsgi") == "15s 10s"
    assert shown("import config.wsgi", WEB_STATEMENT_SECONDS="3") == "3s 2s"
    assert shown("import config.wsgi", WEB_STATEMENT_SECONDS="0") == "0 0"
    assert shown("import django; django.setup()") == "0 0"


def shown(setup: str, **environment: str) -> str:
    url = os.environ["DATABASE_URL"].rpartition("/")[0] + "/postgres"
    run = [sys.executable, "-c", f"{setup}\n{SHOW}"]
    return subprocess.run(
        run, env=os.environ | {"DATABASE_URL": url} | environment, capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_statement_is_cut_off_and_the_next_one_works() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 50")
        with pytest.raises(OperationalError) as stopped_by:
            cursor.execute("SELECT pg_sleep(20)")
        cursor.execute("RESET statement_timeout")
    assert isinstance(stopped_by.value.__cause__, QueryCanceled)
    assert get_user_model().objects.count() == 0


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_imports_and_exports_of_staff_may_take_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "options", "-c statement_timeout=15000")
    seen: dict[str, str] = {}

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("SET statement", "RESET statement")):
            seen[sql] = str(params)
        return execute(sql, params, many, context)

    client = Client()
    client.force_login(make_user("bookings.view_booking", "bookings.export_booking"))
    for page, limits in (("export/", 2), ("", 0), ("import/", 2)):
        seen.clear()
        with connection.execute_wrapper(note):
            client.get(f"/admin/bookings/booking/{page}")
        assert len(seen) == limits
    with connection.execute_wrapper(note):
        seen.clear()
        Client().get("/admin/bookings/booking/export/")
        assert seen == {}


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_the_limit_is_back_after_long_work_whatever_came_of_it() -> None:
    seen = [limit_now()]

    def work() -> None:
        with patience():
            seen.append(limit_now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        work()
    assert [*seen, limit_now()] == [seen[0], "10min", seen[0]]


def limit_now() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_file_that_streams_may_take_longer_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "options", "-c statement_timeout=15000")
    request = RequestFactory().post("/admin/bookings/booking/export/")
    request.user = make_user()
    before = limit_now()
    streams: Any = StreamingHttpResponse(limit_now() for _ in range(2))
    answer = LongWorkMiddleware(lambda _request: streams)(request)
    assert b"".join(answer) == b"10min10min"
    answer.close()
    assert limit_now() == before != "10min"


@pytest.mark.services
@pytest.mark.django_db
def test_an_export_that_nobody_closes_runs_no_statement_when_it_is_collected() -> None:
    """It may be collected inside another statement of the same connection, which would wait for itself."""
    patient = patience()
    patient.__enter__()
    with CaptureQueriesContext(connection) as queries:
        del patient
        gc.collect()
    assert queries.captured_queries == []
    patience().__exit__()
