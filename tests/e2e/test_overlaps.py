"""Two acts on the same rows, the second begun before the first has committed, on PostgreSQL."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from bookings.actors import SYSTEM, Actor
from bookings.models import Booking, Departure
from bookings.services import departures, moving, transitions
from bookings.services.customers import CustomerData, find_or_create_customer
from config.management.commands.check_books import all_breaches
from notifications import resending
from notifications.models import Message
from notifications.refusals import Refused
from payments.services.manual.awaited import await_payment, receive_payments
from payments.services.manual.entry import ManualPayment
from payments.services.manual.record import record_payments
from tests.factories import clerk, make_booking, make_departure, make_user

pytestmark = [pytest.mark.services, pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
HELD = 0.6  # seconds that the first act stays open, so that the second surely waits for it


def overlap(first: Callable[[], object], second: Callable[[], object]) -> list[Any]:
    """What each returned, or raised; `second` begins when `first` has done its work and not yet committed."""
    results: list[Any] = [None, None]
    begun = threading.Event()

    def run(number: int, act: Callable[[], object], *, hold: bool) -> None:
        try:
            with transaction.atomic() if hold else begun_by(begun):
                results[number] = act()
                begun.set()
                time.sleep(HELD if hold else 0)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[number] = error
        finally:
            begun.set()
            connection.close()

    threads = [
        threading.Thread(target=run, args=(0, first), kwargs={"hold": True}),
        threading.Thread(target=run, args=(1, second), kwargs={"hold": False}),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return results


class begun_by:  # noqa: N801 - reads as a word where it is used
    """Waits until the other thread has begun."""

    def __init__(self, event: threading.Event) -> None:
        self.event = event

    def __enter__(self) -> None:
        self.event.wait(60)

    def __exit__(self, *_error: object) -> None:
        pass


@pytest.fixture
def booking() -> Booking:
    """Confirmed, its mail sent, on a departure in three days."""
    now = timezone.now()
    booking = make_booking(now=now, departure=in_days(3))
    transitions.confirm_bookings(booking_ids=[booking.pk], actor=SYSTEM, now=now, unpaid_reason="test")
    Message.objects.filter(kind="booking_confirmed").update(status="sent", sent_at=now, text="Dear guest")
    return booking


def in_days(days: int, **fields: Any) -> Departure:
    return make_departure(starts_at=timezone.now() + timedelta(days=days), **fields)


def cancel(booking: Booking, actor: Actor) -> Any:
    ids = [booking.pk]
    return transitions.cancel_bookings(booking_ids=ids, reason="Ill", actor=actor, now=timezone.now())


def test_a_resend_that_waits_for_a_cancellation_is_refused(booking: Booking) -> None:
    actor, message = clerk(), Message.objects.get(kind="booking_confirmed")
    _cancelled, resent = overlap(
        lambda: cancel(booking, actor),
        lambda: resending.resend(message_id=message.pk, user=None, now=timezone.now()),
    )
    assert isinstance(resent, Refused)
    assert resent.code == "no_longer_true"
    assert list(all_breaches()) == []


def test_an_act_that_waits_for_a_move_finds_the_booking(booking: Booking) -> None:
    actor, target = clerk(), in_days(5)
    move = lambda: moving.reschedule_bookings(  # noqa: E731
        booking_ids=[booking.pk], departure_id=target.pk, actor=actor, now=timezone.now()
    )
    _moved, cancelled = overlap(move, lambda: cancel(booking, actor))
    assert [b.reference for b in cancelled.done] == [booking.reference]
    assert list(all_breaches()) == []


def test_money_that_waits_for_a_cancellation_is_kept(booking: Booking) -> None:
    actor, cash = clerk(), ManualPayment(method="cash")
    pay = lambda: record_payments(  # noqa: E731
        booking_ids=[booking.pk], money=cash, actor=actor, now=timezone.now()
    )
    _cancelled, paid = overlap(lambda: cancel(booking, actor), pay)
    assert [b.status for b in paid.done] == ["cancelled"]
    assert list(all_breaches()) == []


def test_a_new_booking_of_a_customer_whom_the_api_updates_just_then() -> None:
    """Their foreign key and the update of the customer don't wait for each other."""
    departure, data = in_days(3), CustomerData(name="Almaz", integration="website", user_id="7", phone="0911234567")
    customer = find_or_create_customer(data=data)

    def by_api() -> object:
        return make_booking(customer=find_or_create_customer(data=data), departure=departure, now=timezone.now())

    def at_the_desk() -> object:
        return make_booking(customer=customer, departure=departure, now=timezone.now())

    for acts in ((by_api, at_the_desk), (at_the_desk, by_api)):
        assert [type(result) for result in overlap(*acts)] == [Booking, Booking]
    assert list(all_breaches()) == []


@pytest.mark.parametrize("waitlist", [False, True])
def test_nobody_books_a_departure_that_is_being_cancelled(booking: Booking, waitlist: bool) -> None:
    actor, departure = clerk(), booking.departure
    end = lambda: departures.cancel_departures(  # noqa: E731
        departure_ids=[departure.pk], reason="Road closed", actor=actor, now=timezone.now()
    )
    book = lambda: make_booking(departure=departure, now=timezone.now(), waitlist=waitlist)  # noqa: E731
    for first, second in ((end, book), (book, end)):
        Departure.objects.filter(pk=departure.pk).update(status="open")
        results = overlap(first, second)
        assert not [r for r in results if isinstance(r, Exception) and not isinstance(r, Refused)]
        assert not Booking.objects.filter(status__in=("waitlisted", "pending", "confirmed")).exists()
    assert list(all_breaches()) == []


def test_two_managers_move_bookings_past_each_other() -> None:
    one, other, actor = in_days(3), in_days(4), clerk()
    first, second = (make_booking(departure=d, now=timezone.now()) for d in (one, other))

    def move(booking: Booking, to: Departure) -> Callable[[], object]:
        return lambda: moving.reschedule_bookings(
            booking_ids=[booking.pk], departure_id=to.pk, actor=actor, now=timezone.now()
        )

    results = overlap(move(first, other), move(second, one))
    assert [len(outcome.done) for outcome in results] == [1, 1]
    assert list(all_breaches()) == []


def test_one_awaited_payment_received_twice_counts_once(booking: Booking) -> None:
    actor = Actor("Sara", make_user())
    awaited = ManualPayment(method="bank_transfer")
    payment = await_payment(booking_id=booking.pk, money=awaited, actor=actor, now=timezone.now())
    receive = lambda: receive_payments(payment_ids=[payment.pk], actor=actor, now=timezone.now())  # noqa: E731
    outcomes = overlap(receive, receive)
    assert sorted(len(outcome.done) for outcome in outcomes) == [0, 1]
    assert list(all_breaches()) == []
