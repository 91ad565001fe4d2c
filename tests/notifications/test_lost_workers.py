"""Leases: a worker that is lost, late, or one of two."""

import threading
from datetime import timedelta

import pytest
from django.db import connection as database

from notifications import connection, delivery, outcomes
from notifications.models import Message
from tests.deliveries import deliver
from tests.factories import NOW, make_message

from .conftest import MailServer

pytestmark = pytest.mark.django_db
Status = Message.Status


def test_a_lost_worker_is_found_after_the_lease_and_the_row_says_so() -> None:
    message = make_message()
    assert delivery._claim(message.pk, "task-1", NOW) is not None  # noqa: SLF001 - then the worker is killed
    assert delivery.reclaim_lost(now=NOW + timedelta(seconds=119)) == 0
    assert delivery.reclaim_lost(now=NOW + timedelta(seconds=121)) == 1
    message.refresh_from_db()
    assert (message.status, message.possible_duplicate, message.last_error) == ("queued", True, delivery.LOST)
    assert delivery.reclaim_lost(now=NOW + timedelta(seconds=122)) == 0


def test_a_mail_that_was_lost_twice_is_left_to_a_person() -> None:
    lease = NOW - timedelta(seconds=1)
    message = make_message(status=Status.SENDING, attempts=2, lease_expires_at=lease, possible_duplicate=True)
    assert delivery.reclaim_lost(now=NOW) == 1
    message.refresh_from_db()
    assert (message.status, message.last_error) == ("failed", delivery.LOST + outcomes.TWICE)


def test_a_mail_that_kills_every_worker_is_given_up() -> None:
    lease = NOW - timedelta(seconds=1)
    message = make_message(status=Status.SENDING, attempts=outcomes.MAX_ATTEMPTS, lease_expires_at=lease)
    assert delivery.reclaim_lost(now=NOW) == 1
    message.refresh_from_db()
    assert message.status == "failed"


def test_who_lost_the_lease_does_not_overwrite_the_outcome(mail_server: MailServer) -> None:
    message = make_message()
    late = delivery._claim(message.pk, "slow", NOW)  # noqa: SLF001 - a worker that hangs past its lease
    assert late is not None
    later = timedelta(seconds=200)
    delivery.reclaim_lost(now=NOW + later)
    assert deliver(message, after=later) == "sent"
    assert outcomes.Claim(late).rows().update(status=Status.FAILED) == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_one_mail(mail_server: MailServer) -> None:
    if database.vendor == "sqlite":
        pytest.skip("SQLite in memory has one writer")
    messages = [make_message() for _ in range(10)]
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        outcomes.extend([delivery.deliver(message_id=message.pk, task_id="t", now=NOW) for message in messages])
        connection.close()
        database.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(outcomes) == ["sent"] * 10 + ["skipped"] * 10
    assert len({got["Message-ID"] for got in mail_server.mailbox.mails}) == len(mail_server.mailbox.mails) == 10
