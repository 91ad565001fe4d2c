import pytest
from celery import current_app
from kombu import Producer
from kombu.exceptions import OperationalError
from pytest_django import Settings

from notifications import delivery
from notifications.models import Message
from notifications.tasks import SEND_TASKS, send_due_messages
from tests.factories import make_message
from tests.mail_kinds import KINDS

from .conftest import Published

pytestmark = pytest.mark.django_db


def test_every_kind_has_a_task_of_its_own_name() -> None:
    assert list(SEND_TASKS) == list(KINDS)
    for name in (
        "notifications.send_booking_confirmation_email",
        "notifications.send_payment_confirmation_email",
        "notifications.send_payment_failure_email",
        "notifications.send_due_messages",
    ):
        assert name in current_app.tasks


def test_a_send_task_delivers_its_message(mailoutbox: list[object]) -> None:
    message = make_message()
    assert SEND_TASKS["booking_confirmation"](message.pk) == "sent"
    assert SEND_TASKS["booking_confirmation"](message.pk) == "skipped"
    assert len(mailoutbox) == 1


def test_the_sweeper_publishes_each_due_message_by_its_kind(published: Published) -> None:
    first, second = make_message(), make_message(kind="departure_reminder")
    assert send_due_messages() == {"reclaimed": 0, "published": 2, "put_back": 0}
    assert published(2) == [
        ("notifications.send_booking_confirmation_email", [first.pk]),
        ("notifications.send_departure_reminder_email", [second.pk]),
    ]
    assert send_due_messages() == {"reclaimed": 0, "published": 0, "put_back": 0}
    assert Message.objects.filter(published_at=None).count() == 0


def test_the_sweeper_stops_at_a_broker_that_is_away_and_forgets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    make_message()
    make_message()

    def refuse(*_args: object, **_options: object) -> None:
        raise OperationalError("[Errno 111] Connection refused")

    monkeypatch.setattr(Producer, "publish", refuse)  # the broker's client, at the edge
    assert send_due_messages() == {"reclaimed": 0, "published": 0, "put_back": 2}
    assert Message.objects.filter(published_at=None).count() == 2


def test_the_sweeper_frees_what_lost_workers_held(settings: Settings, published: Published) -> None:
    settings.OUTBOX_LEASE_SECONDS = 120
    message = make_message()
    assert delivery._claim(message.pk, "task-1", message.due_at) is not None  # noqa: SLF001 - and then it is killed
    assert send_due_messages() == {"reclaimed": 1, "published": 1, "put_back": 0}
    assert published(1) == [("notifications.send_booking_confirmation_email", [message.pk])]
