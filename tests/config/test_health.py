"""The probes: alive without anything, ready only with everything."""

import threading
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from django_celery_results.models import TaskResult

from config import health, readiness
from notifications.kinds import SWEEPER
from tests.factories import make_message

pytestmark = pytest.mark.slow


def test_alive_needs_no_database_and_no_allowed_host(client: Client) -> None:
    response = client.get("/healthz", headers={"host": "10.1.2.3"})

    assert (response.status_code, response.content) == (200, b"ok")


def test_a_check_that_hangs_is_answered_in_time_and_not_started_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    thawed, started = threading.Event(), []

    def frozen() -> str:
        started.append(1)
        thawed.wait(60)
        return "ok"

    monkeypatch.setattr(readiness, "check_database", frozen)
    monkeypatch.setattr(health, "ANSWER_SECONDS", 0.3)
    middleware = health.HealthMiddleware(lambda _request: HttpResponse())

    down = dict.fromkeys(("database", "worker", "beat", "mail"), "down")
    assert middleware.ask() == {**down, "broker": "ok"}
    assert set(middleware.ask().values()) == {"down"}
    assert started == [1]
    thawed.set()


@pytest.mark.django_db(transaction=True)
def test_not_ready_is_503_and_says_which_part_without_an_error_in_the_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"database": "ok", "broker": "ok", "worker": "late", "beat": "late", "mail": "ok"}
    assert response.headers["Cache-Control"] == "no-store"
    assert [record.levelname for record in caplog.records if record.name == "django.request"] == []


@pytest.mark.django_db(transaction=True)
def test_late_mail_is_told_but_takes_no_web_process_out_of_service(client: Client) -> None:
    now = timezone.now()
    every = IntervalSchedule.objects.create(every=15, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.create(name=SWEEPER, task=SWEEPER, interval=every, last_run_at=now)
    TaskResult.objects.create(task_id="1", status="SUCCESS")
    make_message(due_at=now - timedelta(minutes=3))

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"database": "ok", "broker": "ok", "worker": "ok", "beat": "ok", "mail": "late"}
