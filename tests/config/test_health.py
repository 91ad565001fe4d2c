"""The probes: alive without anything, ready only with everything."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from django_celery_results.models import TaskResult

from config.celery import app
from config.health import readiness

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def beat_ran(at: datetime) -> None:
    every = IntervalSchedule.objects.create(every=15, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.create(name="sweeper", task="notifications.send_due_messages", interval=every, last_run_at=at)


def worker_ran(at: datetime) -> None:
    TaskResult.objects.create(task_id="1", status="SUCCESS")
    TaskResult.objects.update(date_done=at)


def test_alive_needs_no_database_and_no_allowed_host(client: Client) -> None:
    response = client.get("/healthz", headers={"host": "10.1.2.3"})

    assert (response.status_code, response.content) == (200, b"ok")


@pytest.mark.django_db
def test_ready_with_young_heartbeats() -> None:
    beat_ran(NOW - timedelta(seconds=20))
    worker_ran(NOW - timedelta(seconds=19))

    assert readiness(now=NOW) == {"database": "ok", "broker": "ok", "worker": "ok", "beat": "ok"}


@pytest.mark.django_db
def test_old_result_beside_a_young_run_means_the_workers_stand_still() -> None:
    beat_ran(NOW - timedelta(seconds=20))
    worker_ran(NOW - timedelta(seconds=121))

    assert readiness(now=NOW) == {"database": "ok", "broker": "ok", "worker": "late", "beat": "ok"}


@pytest.mark.django_db
def test_not_ready_is_503_and_says_which_part(client: Client) -> None:
    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json() == {"database": "ok", "broker": "ok", "worker": "late", "beat": "late"}
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_broker_that_refuses_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.conf, "broker_write_url", "amqp://desk:word@127.0.0.1:1//")

    assert readiness(now=NOW)["broker"] == "down"
