"""Mails through a real worker, a real broker and a real SMTP server."""

import signal
import time
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone
from django_celery_results.models import TaskResult

from bookings.actors import SYSTEM
from bookings.models import Booking
from bookings.services import transitions
from notifications import outbox
from notifications.models import Message, ReminderRule
from tests.e2e.conftest import Stack, every_second, wait_until
from tests.e2e.rabbit import Node
from tests.e2e.smtp import Inbox
from tests.factories import make_booking, make_customer, make_departure
from tests.mail_kinds import sample

pytestmark = [pytest.mark.services, pytest.mark.e2e]


def queue_mails(number: int) -> None:
    outbox.enqueue(
        [
            outbox.Mail(
                kind="booking_confirmation",
                topic=f"booking:TD-{n}",
                recipient=f"guest{n}@mail.example.org",
                language="en",
                context=sample("booking_confirmation"),
                dedupe_key=f"booking:TD-{n}:booking_confirmation:1",
            )
            for n in range(number)
        ],
        now=timezone.now(),
    )


def test_a_worker_killed_in_the_middle_of_200_mails_loses_none(stack: Stack, inbox: Inbox) -> None:
    every_second("notifications.send_due_messages")
    queue_mails(200)
    inbox.seconds = 0.03
    stack.start_worker()
    stack.start_beat()
    inbox.wait_for(60)
    stack.kill("worker", signal.SIGKILL)
    at_the_kill = len(inbox.mails)
    assert 60 <= at_the_kill < 200
    stack.start_worker()
    wait_until(lambda: not Message.objects.exclude(status="sent").exists(), "all mails to be sent", 300)
    assert len(set(inbox.ids())) == 200
    twice = [message_id for message_id, times in Counter(inbox.ids()).items() if times > 1]
    flagged = [message.message_id for message in Message.objects.filter(possible_duplicate=True)]
    assert len(flagged) <= 1
    assert set(twice) <= set(flagged)


def test_a_reminder_goes_out_once_also_after_a_restart_of_beat(stack: Stack, inbox: Inbox) -> None:
    every_second("bookings.plan_reminders", "notifications.send_due_messages")
    ReminderRule.objects.all().delete()
    ReminderRule.objects.create(kind="departure_reminder", hours_before=48)
    now = timezone.now()
    tomorrow = make_departure(starts_at=now + timedelta(days=1))
    going, cancelled = (
        make_booking(departure=tomorrow, now=now, customer=make_customer(email=f"{name}@mail.example.org"))
        for name in ("going", "cancelled")
    )
    for booking in (going, cancelled):
        transitions.confirm_bookings(booking_ids=[booking.pk], actor=SYSTEM, now=now, unpaid_reason="test")
    transitions.cancel_bookings(booking_ids=[cancelled.pk], reason="Ill", actor=SYSTEM, now=now)
    stack.start_worker()
    stack.start_beat()
    wait_until(lambda: Message.objects.filter(kind="departure_reminder", status="sent").exists(), "the reminder")
    stack.kill("beat")
    planned = TaskResult.objects.filter(task_name="bookings.plan_reminders").count()
    stack.start_beat()
    wait_until(
        lambda: TaskResult.objects.filter(task_name="bookings.plan_reminders").count() >= planned + 2, "two more runs"
    )
    time.sleep(2)
    assert list(Message.objects.filter(kind="departure_reminder").values_list("topic", "status")) == [
        (going.topic, "sent")
    ]
    to_the_cancelled = [str(mail["Subject"]) for mail in inbox.mails if mail["To"] == "cancelled@mail.example.org"]
    assert [subject.partition(":")[0] for subject in to_the_cancelled] == ["Cancelled"]
    assert Booking.objects.get(pk=going.pk).status == "confirmed"


def test_queues_are_quorum_queues(stack: Stack, rabbit: Node) -> None:
    stack.start_worker()
    types = rabbit.queues()
    assert {name: types[name] for name in ("mail", "default", "periodic")} == dict.fromkeys(
        ("mail", "default", "periodic"), "quorum"
    )
