"""The probes: alive without anything, ready only with everything."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from django_celery_results.models import TaskResult

from config import health
from config.celery import app

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def beat_ran(at: datetime) -> None:
    every = IntervalSchedule.objects.create(every=15, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.create(name="sweeper", task="notifications.send_due_messages", interval=every, last_run_at=at)


def worker_ran(at: datetime) -> None:
    result = TaskResult.objects.create(task_id=str(at), status="SUCCESS")
    TaskResult.objects.filter(pk=result.pk).update(date_done=at)


def readiness() -> dict[str, str]:
    state: dict[str, str] = {}
    health.readiness(state, now=NOW)
    return state


def test_alive_needs_no_database_and_no_allowed_host(client: Client) -> None:
    response = client.get("/healthz", headers={"host": "10.1.2.3"})

    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.django_db
def test_ready_with_young_heartbeats() -> None:
    beat_ran(NOW - timedelta(seconds=20))
    worker_ran(NOW - timedelta(seconds=19))

    assert readiness() == {"database": "ok", "broker": "ok", "worker": "ok", "beat": "ok"}


@pytest.mark.django_db
def test_old_result_beside_a_young_run_means_the_workers_stand_still() -> None:
    beat_ran(NOW - timedelta(seconds=20))
    worker_ran(NOW - timedelta(seconds=121))

    assert readiness() == {"database": "ok", "broker": "ok", "worker": "late", "beat": "ok"}


@pytest.mark.django_db
def test_heartbeats_from_the_future_are_none() -> None:
    beat_ran(NOW + timedelta(hours=1))
    worker_ran(NOW - timedelta(seconds=19))
    worker_ran(NOW + timedelta(hours=1))

    assert (readiness()["beat"], readiness()["worker"]) == ("late", "ok")


def test_a_check_that_hangs_is_answered_in_time_and_not_started_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    thawed, started = threading.Event(), []

    def frozen() -> str:
        started.append(1)
        thawed.wait(10)
        return "ok"

    monkeypatch.setattr(health, "check_database", frozen)
    monkeypatch.setattr(health, "ANSWER_SECONDS", 0.3)
    middleware = health.HealthMiddleware(lambda _request: HttpResponse())

    assert middleware.ask() == {"database": "down", "broker": "ok", "worker": "down", "beat": "down"}
    assert set(middleware.ask().values()) == {"down"}
    assert started == [1]
    thawed.set()


@pytest.mark.django_db(transaction=True)
def test_not_ready_is_503_and_says_which_part_without_an_error_in_the_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"database": "ok", "broker": "ok", "worker": "late", "beat": "late"}
    assert response.headers["Cache-Control"] == "no-store"
    assert [record.levelname for record in caplog.records if record.name == "django.request"] == []


@pytest.mark.django_db
def test_broker_that_refuses_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.conf, "broker_write_url", "amqp://desk:word@127.0.0.1:1//")

    assert readiness()["broker"] == "down"
