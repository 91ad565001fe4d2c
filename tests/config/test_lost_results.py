"""A result that says "Started" means that something runs."""

from datetime import UTC, datetime, timedelta

import pytest
from celery.app.task import Context
from django.contrib import admin
from django_celery_results.models import TaskResult

from config import lost_results
from config.celery import app
from config.tasks import close_lost_results
from notifications.kinds import SWEEPER

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OVER = timedelta(seconds=300) + lost_results.MARGIN
pytestmark = pytest.mark.django_db


def result(task_id: str, status: str, at: datetime) -> TaskResult:
    """As a worker writes it, at that time."""
    app.backend.store_result(task_id, None, status, request=Context(id=task_id, task="bookings.expire_holds"))
    TaskResult.objects.filter(task_id=task_id).update(date_done=at)
    return TaskResult.objects.get(task_id=task_id)


def states() -> dict[str, str]:
    return dict(TaskResult.objects.values_list("task_id", "status"))


def test_what_nobody_can_still_run_is_closed_with_a_sentence() -> None:
    for status in ("STARTED", "RECEIVED", "RETRY", "SUCCESS", "REVOKED"):
        result(status, status, NOW - OVER - timedelta(seconds=1))
    result("young", "STARTED", NOW - OVER)

    assert lost_results.close_lost(now=NOW) == 3

    assert states() == {"SUCCESS": "SUCCESS", "REVOKED": "REVOKED", "young": "STARTED"} | dict.fromkeys(
        ("STARTED", "RECEIVED", "RETRY"), "FAILURE"
    )
    row = TaskResult.objects.get(task_id="STARTED")
    assert admin.site._registry[TaskResult].answer(row) == lost_results.LOST  # type: ignore[attr-defined]  # noqa: SLF001
    assert str(app.AsyncResult("STARTED").result) == lost_results.LOST
    assert lost_results.close_lost(now=NOW) == 0


def test_a_second_run_of_a_task_counts_from_its_own_start() -> None:
    result("again", "STARTED", NOW - OVER - timedelta(hours=1))
    result("again", "STARTED", NOW - timedelta(seconds=10))
    assert lost_results.close_lost(now=NOW) == 0


def test_a_run_that_turns_up_late_writes_its_own_outcome() -> None:
    result("late", "STARTED", NOW - OVER - timedelta(hours=1))
    lost_results.close_lost(now=NOW)
    result("late", "STARTED", NOW)
    result("late", "SUCCESS", NOW)
    assert states() == {"late": "SUCCESS"}


def test_a_task_with_more_time_than_others_has_it_here_too(monkeypatch: pytest.MonkeyPatch) -> None:
    app.loader.import_default_modules()  # as a worker does
    monkeypatch.setattr(app.tasks[SWEEPER], "time_limit", 3600)
    result("long", "STARTED", NOW - timedelta(minutes=50))
    assert lost_results.close_lost(now=NOW) == 0


def test_beat_runs_it() -> None:
    assert close_lost_results() == 0
