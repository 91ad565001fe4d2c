"""What beat looks at before it trusts its rows, and when a run counts."""

import copy
from datetime import datetime, timedelta
from typing import Any

import kombu
import psycopg
import pytest
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from config import beat_start, clock
from config.celery import app
from notifications.kinds import SWEEPER


@pytest.mark.django_db
def test_a_run_in_the_future_counts_from_now() -> None:
    every = IntervalSchedule.objects.create(every=15, period=IntervalSchedule.SECONDS)
    ahead = timezone.now() + timedelta(days=1)
    PeriodicTask.objects.create(name=SWEEPER, task=SWEEPER, interval=every, last_run_at=ahead)
    assert (beat_start.leave_the_future(), beat_start.leave_the_future()) == (1, 0)
    assert PeriodicTask.objects.get(last_run_at__isnull=False).last_run_at <= timezone.now()


BROKEN: dict[str, Any] = {
    "huge": {"interval": {"every": 2_000_000_000, "period": "days"}},
    "long": {"interval": {"every": 9_000_000, "period": "days"}},
    "no period": {"interval": {"every": 1, "period": "fortnights"}},
    "february": {"crontab": {"day_of_month": "30", "month_of_year": "2"}},
    "no minute": {"crontab": {"minute": "99"}},
    "nowhere": {"crontab": {"timezone": "Mars/Olympus"}},
    "headers": {"headers": "[]"},
}


def make_rows(name: str, interval: Any = None, crontab: Any = None, **fields: Any) -> None:
    """As a restored dump or a hand-written statement would leave them: no form has looked at them."""
    zone = (crontab or {}).pop("timezone", "UTC")
    schedule = (
        {"crontab": CrontabSchedule.objects.create(**crontab, timezone="UTC")}
        if crontab is not None
        else {"interval": IntervalSchedule.objects.create(**interval or {"every": 7, "period": "seconds"})}
    )
    PeriodicTask.objects.create(name=name, task=SWEEPER, **schedule, **fields)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_celery_beat_crontabschedule SET timezone = %s WHERE timezone = 'UTC'", [zone])


@pytest.mark.django_db
@pytest.mark.parametrize("name", BROKEN)
def test_a_row_that_cannot_be_scheduled_is_named_and_stops_no_other(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    make_rows("good")
    make_rows(name, **copy.deepcopy(BROKEN[name]))
    scheduler = clock.Scheduler(app=app, lazy=True)
    for _time in range(2):
        assert list(scheduler.all_as_schedule()) == ["good"]
    told = [record.getMessage() for record in caplog.records if record.name == "config.beat_entries"]
    assert len(told) == 1
    assert "can't be scheduled" in told[0]


@pytest.mark.django_db
def test_a_full_counter_does_not_keep_last_run_at_from_being_written() -> None:
    make_rows("often", total_run_count=2**31 - 1)
    scheduler = clock.Scheduler(app=app, lazy=True)
    [entry] = scheduler.all_as_schedule().values()
    next(entry).save()
    assert PeriodicTask.objects.get().last_run_at > timezone.now() - timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_a_second_beat_says_so(caplog: pytest.LogCaptureFixture) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the embedded database has no such lock")
    first = beat_start.only_beat()
    assert caplog.records == []
    second = beat_start.only_beat()
    assert [record.getMessage()[:40] for record in caplog.records] == ["Another beat runs on this database, so e"]
    first.close()
    second.close()


@pytest.mark.django_db(transaction=True)
def test_the_lock_that_a_database_forgot_is_taken_anew(caplog: pytest.LogCaptureFixture) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("the embedded database has no such lock")
    beat = clock.Scheduler(app=app, lazy=True)
    beat.lock = beat_start.only_beat()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [beat.lock.connection.info.backend_pid])
    beat.schedule_changed()
    second = beat_start.only_beat()
    assert [record.getMessage()[:12] for record in caplog.records] == ["Another beat"]
    beat.lock.close()
    second.close()


@pytest.fixture
def beat(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> clock.Scheduler:
    """With one task a day, last published two days ago. (It drops a connection that is in the middle of something.)"""
    monkeypatch.setattr(clock, "only_beat", lambda: None)
    daily = IntervalSchedule.objects.create(every=1, period=IntervalSchedule.DAYS)
    long_ago = timezone.now() - timedelta(days=2)
    PeriodicTask.objects.create(name="daily", task=SWEEPER, interval=daily, last_run_at=long_ago)
    return clock.Scheduler(app=app)


def run_of(name: str) -> tuple[datetime | None, int]:
    job = PeriodicTask.objects.get(name=name)
    return job.last_run_at, job.total_run_count


def tick(beat: clock.Scheduler) -> None:
    """Whatever is due at once."""
    for _ in range(5):
        beat.tick()


class Broker:
    """The broker's client, at the edge: it refuses, or takes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.away = True
        self.asked: list[str] = []
        monkeypatch.setattr(kombu.Producer, "publish", self.publish)

    def publish(self, *_args: Any, headers: dict[str, Any], **_options: Any) -> None:
        self.asked.append(headers["task"])
        if self.away:
            raise kombu.exceptions.OperationalError("[Errno 111] Connection refused")


@pytest.mark.django_db(transaction=True)
def test_a_run_that_the_broker_did_not_take_is_published_once_when_it_is_back(
    beat: clock.Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, broker = run_of("daily"), Broker(monkeypatch)
    tick(beat)
    assert broker.asked == [SWEEPER]  # and not again within a second
    assert run_of("daily") == before
    broker.away = False
    beat._heap = [event._replace(time=event.time - 2) for event in beat._heap or ()]  # noqa: SLF001 - two seconds later
    tick(beat)
    assert broker.asked == [SWEEPER, SWEEPER]
    at, runs = run_of("daily")
    assert runs == 1
    assert at is not None
    assert timezone.now() - at < timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_a_task_that_nothing_can_publish_is_left_to_its_next_time(
    beat: clock.Scheduler, caplog: pytest.LogCaptureFixture
) -> None:
    PeriodicTask.objects.filter(name="daily").update(queue="nowhere")
    beat._schedule = beat.all_as_schedule()  # noqa: SLF001
    tick(beat)
    assert [line.getMessage()[:24] for line in caplog.records if line.levelname == "ERROR"] == [
        "daily can't be published"
    ]
    assert run_of("daily")[1] == 1


@pytest.mark.django_db
def test_beat_waits_for_a_database_that_is_away_at_its_start(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    error = OperationalError("connection refused")
    error.__cause__ = psycopg.OperationalError("connection refused")
    answers = [error, error, None]

    def connect(_self: object) -> None:
        if answer := answers.pop(0):
            raise answer

    monkeypatch.setattr(clock, "ASK_AGAIN", 0.0)
    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", connect)
    beat_start.wait_for_database()
    assert answers == []
    assert len([line for line in caplog.records if line.levelname == "WARNING"]) == 1
