"""Which messages are published, and how often: only what the broker confirmed counts."""

from datetime import timedelta

import pytest
from celery import current_app
from django.utils import timezone
from kombu import Producer
from kombu.exceptions import OperationalError

from notifications import handover, outbox
from notifications.models import Message
from notifications.tasks import send_due_messages
from tests.factories import make_mail, make_message

from .conftest import Published

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "CHUNK", 10)


def away(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise OperationalError("[Errno 111] Connection refused")

    monkeypatch.setattr(Producer, "publish", refuse)  # the broker's client, at the edge


def published_long_ago(number: int) -> list[int]:
    """Rows that were published an hour ago and wait for a worker."""
    long_ago = timezone.now() - timedelta(hours=1)
    return [make_message(published_at=long_ago + timedelta(seconds=n)).pk for n in range(number)]


def in_the_queue(number: int) -> None:
    for _ in range(number):
        current_app.send_task("notifications.send_booking_confirmation_email", args=(0,))


def test_a_new_row_is_its_publishers_for_ten_seconds_and_marked_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    outbox.enqueue([make_mail()], now=now)
    assert list(Message.objects.values_list("published_at", "lease_expires_at")) == [
        (None, now + timedelta(seconds=10))
    ]
    assert handover.sweep() == (0, 0)


def test_what_its_publisher_did_not_hand_over_in_time_is_swept(published: Published) -> None:
    outbox.enqueue([make_mail()], now=timezone.now() - timedelta(seconds=11))
    assert handover.sweep() == (1, 0)
    row = Message.objects.get()
    assert published(1) == [("notifications.send_booking_confirmation_email", [row.pk])]
    assert row.published_at is not None
    assert row.lease_expires_at is None


def test_a_kind_that_only_another_release_knows_holds_up_nobody(published: Published) -> None:
    rows = [make_message().pk, make_message().pk]
    Message.objects.filter(pk=rows[0]).update(kind="of_a_newer_release")
    assert handover.sweep() == (2, 0)
    assert [pk for _name, [pk] in published(2)] == rows


def test_a_broker_that_is_away_leaves_no_mark_and_the_first_sweep_after_it_publishes_all(
    monkeypatch: pytest.MonkeyPatch, published: Published
) -> None:
    rows = [make_message().pk for _ in range(handover.CHUNK + 5)]
    with monkeypatch.context() as patch:
        away(patch)
        assert send_due_messages() == {"reclaimed": 0, "published": 0, "put_back": handover.CHUNK}
    assert set(Message.objects.values_list("published_at", "lease_expires_at")) == {(None, None)}
    assert send_due_messages() == {"reclaimed": 0, "published": len(rows), "put_back": 0}
    assert [args for _name, args in published(len(rows))] == [[pk] for pk in rows]
    assert send_due_messages() == {"reclaimed": 0, "published": 0, "put_back": 0}


def test_a_sweeper_that_is_killed_holds_its_rows_for_ten_seconds(published: Published) -> None:
    row = make_message()
    now = timezone.now()
    assert handover._take(now=now) == [(row.pk, row.kind)]  # noqa: SLF001 - and then it is killed
    row.refresh_from_db()
    assert row.published_at is None
    assert handover._take(now=now + timedelta(seconds=9)) == []  # noqa: SLF001
    assert handover._take(now=now + timedelta(seconds=10)) == [(row.pk, row.kind)]  # noqa: SLF001


def test_a_confirmation_that_comes_after_the_worker_put_the_mail_off_is_no_mark() -> None:
    row = make_message(lease_expires_at=None, last_error="The mail server hung up.")
    handover.note_published([row.pk])
    row.refresh_from_db()
    assert row.published_at is None


@pytest.mark.parametrize("rows", [3, 25])
def test_a_backlog_that_is_in_the_queue_is_not_published_again(published: Published, rows: int) -> None:
    published_long_ago(rows)
    in_the_queue(rows)
    assert handover.sweep() == (0, 0)


@pytest.mark.parametrize("rows", [3, 25])
def test_what_the_broker_lost_is_published_again_however_long_the_queue_was(published: Published, rows: int) -> None:
    lost = published_long_ago(rows)
    assert handover.sweep() == (rows, 0)
    assert [args for _name, args in published(rows)] == [[pk] for pk in lost]


def test_as_many_as_the_queue_is_short_of_the_oldest_first(published: Published) -> None:
    rows = published_long_ago(5)
    in_the_queue(3)
    assert handover.sweep() == (2, 0)
    assert [args for _name, args in published(5)][3:] == [[rows[0]], [rows[1]]]


def test_what_was_published_just_now_is_left_alone(published: Published) -> None:
    make_message(published_at=timezone.now() - timedelta(seconds=20))
    assert handover.sweep() == (0, 0)
