"""What /readyz says of each part."""

from datetime import UTC, datetime, timedelta

import pytest
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from django_celery_results.models import TaskResult

from config import broker, readiness, readiness_checks
from config.celery import app
from notifications.models import Message
from tests.factories import make_message

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DEAD = "amqp://desk:word@127.0.0.1:1//"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker answers here, however long it is asked."""
    monkeypatch.setattr(readiness_checks, "ASK_SECONDS", 0.01)


def beat_ran(at: datetime) -> None:
    every = IntervalSchedule.objects.create(every=15, period=IntervalSchedule.SECONDS)
    PeriodicTask.objects.create(name="sweeper", task="notifications.send_due_messages", interval=every, last_run_at=at)


def worker_ran(at: datetime, task_id: str = "") -> None:
    result = TaskResult.objects.create(task_id=task_id or str(at), status="SUCCESS")
    TaskResult.objects.filter(pk=result.pk).update(date_done=at)


def state() -> dict[str, str]:
    parts = dict.fromkeys(readiness.PARTS, "down")
    readiness.readiness(parts, now=NOW)
    return parts


def ago(**time: int) -> datetime:
    return NOW - timedelta(**time)


def test_ready_with_young_heartbeats() -> None:
    beat_ran(ago(seconds=20))
    worker_ran(ago(seconds=19))
    assert state() == {"database": "ok", "broker": "ok", "worker": "ok", "beat": "ok", "mail": "ok"}


def test_old_result_that_no_worker_explains_means_the_workers_stand_still() -> None:
    beat_ran(ago(seconds=20))
    worker_ran(ago(seconds=46))
    assert state() == {"database": "ok", "broker": "ok", "worker": "late", "beat": "ok", "mail": "ok"}


def test_workers_that_answer_have_time_for_their_longest_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.control, "broadcast", lambda *_args, **_options: [{"worker@one": {}}])  # on the broker
    worker_ran(ago(seconds=340))
    assert state()["worker"] == "ok"
    TaskResult.objects.update(date_done=ago(seconds=346))
    assert state()["worker"] == "late"


def test_heartbeats_from_the_future_are_none() -> None:
    beat_ran(NOW + timedelta(hours=1))
    worker_ran(ago(seconds=19))
    worker_ran(NOW + timedelta(hours=1))
    assert (state()["beat"], state()["worker"]) == ("late", "ok")


def test_beat_is_late_after_three_ticks() -> None:
    beat_ran(ago(seconds=46))
    assert state()["beat"] == "late"


@pytest.mark.parametrize("nodes", [DEAD, f"{DEAD};{DEAD}"])
def test_a_broker_whose_every_node_refuses_is_down(monkeypatch: pytest.MonkeyPatch, nodes: str) -> None:
    monkeypatch.setattr(app.conf, "broker_write_url", nodes)
    assert state()["broker"] == "down"


@pytest.mark.parametrize("nodes", [f"memory://;{DEAD}", f"{DEAD};memory://", f"{DEAD};{DEAD};memory://"])
def test_a_broker_with_one_node_left_is_well(monkeypatch: pytest.MonkeyPatch, nodes: str) -> None:
    monkeypatch.setattr(app.conf, "broker_write_url", nodes)
    assert state()["broker"] == "ok"
    assert broker.working_node(app) == "memory://"


@pytest.mark.parametrize(("seconds", "mail"), [(119, "ok"), (121, "late")])
def test_old_unsent_mail_is_told(seconds: int, mail: str) -> None:
    make_message(due_at=ago(seconds=seconds))
    make_message(due_at=NOW + timedelta(hours=1))
    assert state()["mail"] == mail


def failing(error: str, number: int = 1, *, tried: datetime | None = None) -> None:
    for n in range(number):
        task_id = f"{error[:20]}{n}"
        make_message(due_at=NOW + timedelta(minutes=5), attempts=3, last_error=error, task_id=task_id)
        worker_ran(tried or ago(minutes=1), task_id)


def sent(at: datetime) -> None:
    make_message(status=Message.Status.SENT, sent_at=at)


@pytest.mark.parametrize(
    "error",
    [
        "The mail server could not be reached (Connection refused).",
        "The mail server did not answer in time.",
        "The mail server hung up.",
        "The mail server said: 535 no. Check DEFAULT_FROM_EMAIL and EMAIL_URL.",
        "The mail account can't be used: no TLS Check EMAIL_URL.",
        "Postmark could not be reached.",
    ],
)
def test_a_mail_server_that_is_away_is_told_until_a_mail_went_out(error: str) -> None:
    sent(ago(minutes=2))
    failing(error)
    assert state()["mail"] == "down"
    sent(ago(seconds=59))
    assert state()["mail"] == "ok"


@pytest.mark.parametrize(("number", "mail"), [(2, "ok"), (3, "down")])
def test_one_mailbox_that_is_full_is_not_the_server(number: int, mail: str) -> None:
    sent(ago(minutes=2))
    failing("The mail server said: 452 mailbox could not be reached", number)
    assert state()["mail"] == mail
