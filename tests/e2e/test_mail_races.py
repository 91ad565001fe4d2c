"""A booking changes while a mail about it is planned, or waits: two connections to PostgreSQL at once."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from bookings import books, emails
from bookings.actors import SYSTEM
from bookings.mail_facts import moment
from bookings.models import Booking, Departure
from bookings.services import reminders, transitions
from notifications import delivery, outbox
from notifications.models import Message, ReminderRule
from tests.factories import make_booking, make_customer, make_departure

pytestmark = [pytest.mark.services, pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def booking() -> Booking:
    """Confirmed, leaves tomorrow, to be reminded."""
    now = timezone.now()
    ReminderRule.objects.create(kind=reminders.KIND, hours_before=48)
    booking = make_booking(departure=make_departure(starts_at=now + timedelta(hours=24)), now=now)
    transitions.confirm_bookings(booking_ids=[booking.pk], actor=SYSTEM, now=now, unpaid_reason="Known")
    Message.objects.all().delete()
    return booking


def in_another_connection(act: Callable[[], Any]) -> threading.Thread:
    def run() -> None:
        try:
            act()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def cancel(booking: Booking) -> None:
    transitions.cancel_bookings(booking_ids=[booking.pk], reason="Ill", actor=SYSTEM, now=timezone.now())


def unsent() -> list[str]:
    return list(Message.objects.filter(kind=reminders.KIND).values_list("status", flat=True))


def read_without_a_lock_then_queue(booking: Booking, meanwhile: Callable[[], None]) -> int:
    """What the planner must not do."""
    rows = Booking.objects.filter(status="confirmed").select_related("departure__trip", "customer")
    [read] = rows.prefetch_related("travellers")
    meanwhile()
    return outbox.enqueue([emails.mail(reminders.KIND, read, "naive", now=timezone.now())], now=timezone.now())


def test_without_the_lock_a_cancelled_booking_is_reminded_of(booking: Booking) -> None:
    assert read_without_a_lock_then_queue(booking, lambda: cancel(booking)) == 1
    assert unsent() == ["queued"]
    assert len([line for line in books.breaches() if reminders.KIND in line]) == 1


def test_who_cancels_while_reminders_are_planned_waits_and_withdraws(booking: Booking) -> None:
    with transaction.atomic():
        assert reminders.plan_reminders(now=timezone.now()) == 1
        cancelling = in_another_connection(lambda: cancel(booking))
        cancelling.join(0.5)
        assert cancelling.is_alive()
    cancelling.join(10)
    assert unsent() == ["withdrawn"]
    assert list(books.breaches()) == []


def test_a_booking_that_is_being_cancelled_is_left_out_of_the_plan(booking: Booking) -> None:
    with transaction.atomic():
        cancel(booking)
        queued: list[int] = []
        planning = in_another_connection(lambda: queued.append(reminders.plan_reminders(now=timezone.now())))
        planning.join(10)
        assert queued == [0]
    assert reminders.plan_reminders(now=timezone.now()) == 0


def test_what_was_queued_all_the_same_is_found_when_it_is_claimed(booking: Booking) -> None:
    read_without_a_lock_then_queue(booking, lambda: cancel(booking))
    mail.outbox.clear()
    message = Message.objects.get(kind=reminders.KIND)
    assert delivery.deliver(message_id=message.pk, task_id="t", now=timezone.now()) == "withdrawn"
    assert (mail.outbox, list(books.breaches())) == ([], [])


def test_a_booking_names_the_start_that_a_departure_has_once_it_is_locked() -> None:
    departure = make_departure(starts_at=timezone.now() + timedelta(days=3))
    later = departure.starts_at + timedelta(days=2)
    with transaction.atomic():
        Departure.objects.filter(pk=departure.pk).update(starts_at=later, ends_at=later + timedelta(days=1))
        taking = in_another_connection(lambda: make_booking(departure=departure, now=timezone.now()))
        taking.join(0.5)
        assert taking.is_alive()
    taking.join(10)
    [message] = Message.objects.all()
    assert message.context["starts"] == moment(later, departure.trip)


def test_the_second_of_two_clicks_gets_the_first_one_s_booking_even_when_it_took_the_last_seats() -> None:
    departure = make_departure(starts_at=timezone.now() + timedelta(days=3), capacity=2)
    customer, made = make_customer(), []

    def take() -> Booking:
        return make_booking(departure=departure, customer=customer, creation_key="form-1", now=timezone.now())

    with transaction.atomic():
        first = take()
        second = in_another_connection(lambda: made.append(take()))
        second.join(0.5)
    second.join(10)
    assert made == [first]
