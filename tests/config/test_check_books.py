"""Each rule of the books is broken by hand, past the services, and must be told in one line with both figures."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Booking, BookingEvent, Departure
from bookings.services.transitions import cancel_bookings
from config.management.commands.check_books import all_breaches
from notifications.models import Message
from payments.models import Payment, Refund
from payments.services.manual.entry import ManualPayment
from payments.services.manual.record import record_payments
from payments.services.manual.void import void_payment
from tests.factories import NOW, clerk, make_booking, make_departure, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def booking() -> Booking:
    """A confirmed party of two with a payment in cash that says 3 × what floats can't."""
    booking = make_booking()
    for amount in ("0.10", "0.20", "600.00"):
        money = ManualPayment(method="cash", amount=Decimal(amount))
        record_payments(booking_ids=[booking.pk], money=money, actor=clerk(), now=NOW).single()
    booking.refresh_from_db()
    return booking


def check_books() -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("check_books", stdout=out, stderr=err)
    except SystemExit as stop:
        return int(stop.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def test_clean_books_say_what_was_checked(booking: Booking) -> None:
    messages = Message.objects.count()
    said = f"Books are clean: 1 departures, 1 bookings, 3 payments, {messages} messages checked.\n"
    assert check_books() == (0, said, "")


def test_cancelled_and_voided_bookings_leave_the_books_clean(booking: Booking) -> None:
    void_payment(payment_id=booking.payments.all()[0].pk, reason="Wrong booking", actor=clerk(), now=NOW)
    cancel_bookings(booking_ids=[booking.pk], reason="Ill", actor=clerk(), now=NOW)
    make_booking(waitlist=True)
    assert list(all_breaches()) == []


def test_breaches_are_printed_and_end_with_exit_1(booking: Booking) -> None:
    Departure.objects.update(seats_taken=7)
    Booking.objects.update(paid=Decimal("5.00"))
    code, out, err = check_books()
    assert code == 1
    assert out.splitlines() == [
        f"Departure {booking.departure.code}: seats taken is 7, but its bookings hold 2.",
        f"Booking {booking.reference}: paid is ETB 5.00, but its payments less refunds are 600.30.",
    ]
    assert err == "The books are wrong in 2 places.\n"


def test_a_departure_without_bookings_holds_no_seats() -> None:
    departure = make_departure(seats_taken=3)
    assert list(all_breaches()) == [f"Departure {departure.code}: seats taken is 3, but its bookings hold 0."]


def test_a_status_typed_by_hand_is_found(booking: Booking) -> None:
    Booking.objects.update(status="completed")
    assert list(all_breaches()) == [
        f"Booking {booking.reference}: its status is completed, but its timeline ends at confirmed."
    ]


def test_a_gap_in_the_timeline_is_found(booking: Booking) -> None:
    event = BookingEvent.objects.get(to_status="confirmed")
    BookingEvent.objects.filter(pk=event.pk).update(from_status="waitlisted")
    assert list(all_breaches()) == [
        f"Booking {booking.reference}: timeline row {event.pk} starts from “waitlisted”, "
        "but the one before ended at “pending”."
    ]


def test_a_first_row_that_comes_from_somewhere_is_found() -> None:
    booking = make_booking()
    event = booking.events.get()
    BookingEvent.objects.update(from_status="waitlisted")
    assert list(all_breaches()) == [
        f"Booking {booking.reference}: timeline row {event.pk} starts from “waitlisted”, "
        "but the one before ended at “”."
    ]


def test_a_booking_without_a_timeline_is_found() -> None:
    booking = make_booking()
    BookingEvent.objects.all().delete()
    assert list(all_breaches()) == [
        f"Booking {booking.reference}: its status is pending, but its timeline ends at nothing."
    ]


def test_a_timeline_row_that_names_nobody_is_found() -> None:
    with connection.cursor() as cursor:  # the database itself forbids it
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            cursor.execute("ALTER TABLE bookings_bookingevent DROP CONSTRAINT event_has_an_actor")
        booking = make_booking()
        BookingEvent.objects.update(actor_label="")
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
    event = booking.events.get()
    assert list(all_breaches()) == [f"Booking {booking.reference}: timeline row {event.pk} names nobody."]


@pytest.mark.parametrize("status", ["cancelled", "expired", "waitlisted"])
def test_a_confirmation_still_queued_for_a_booking_that_is_gone_is_found(status: str) -> None:
    booking = make_booking()
    Departure.objects.update(seats_taken=0)
    Booking.objects.update(status=status, cancel_reason="Ill")
    BookingEvent.objects.update(to_status=status)
    message = Message.objects.get()
    assert list(all_breaches()) == [
        f"Booking {booking.reference}: it is {status}, but message {message.pk} (booking_confirmation) "
        "is still to be sent."
    ]


def test_a_payment_in_another_currency_is_found(booking: Booking) -> None:
    payment = Payment.objects.get(amount=600)
    Payment.objects.filter(pk=payment.pk).update(currency="USD")
    assert list(all_breaches()) == [f"Payment {payment.tx_ref}: it is in USD, but its booking is in ETB."]


def test_a_provider_payment_without_its_answer_is_found(booking: Booking) -> None:
    payment = Payment.objects.get(amount=600)
    Payment.objects.filter(pk=payment.pk).update(method="chapa")
    assert list(all_breaches()) == [f"Payment {payment.tx_ref}: it succeeded, but no answer of the provider is kept."]


def test_a_manual_payment_without_a_person_is_found(booking: Booking) -> None:
    payment = Payment.objects.get(amount=600)
    Payment.objects.filter(pk=payment.pk).update(recorded_by=None)
    assert list(all_breaches()) == [f"Payment {payment.tx_ref}: it was recorded by hand, but names nobody who did."]


def test_refunds_above_the_payment_are_found(booking: Booking) -> None:
    payment = Payment.objects.get(amount=600)
    common = {"payment": payment, "reason": "Ill", "requested_by_label": "Sara", "created_at": NOW}
    Refund.objects.create(**common, amount=Decimal("600.00"), status="requested")
    Booking.objects.update(going_back=Decimal("600.00"))
    Refund.objects.create(**common, amount=Decimal("9.99"), status="failed")
    assert list(all_breaches()) == []
    Refund.objects.create(**common, amount=Decimal("0.01"), status="unknown")
    Booking.objects.update(going_back=Decimal("600.01"))
    assert list(all_breaches()) == [f"Payment {payment.tx_ref}: refunds are ETB 600.01 of 600.00."]


def test_the_number_of_statements_does_not_grow(booking: Booking) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert list(all_breaches()) == []
        return len(queries)

    one = statements()
    departure = make_departure(capacity=100, starts_in=timedelta(days=3))
    for number in range(10):
        paid_and_refunded(make_booking(departure=departure), number)
    assert statements() == one


def paid_and_refunded(booking: Booking, number: int) -> None:
    """By hand and through a provider, and a part of both went back."""
    for method in ("cash", "chapa"):
        payment = Payment.objects.create(
            tx_ref=f"{method}-{number}",
            booking=booking,
            method=method,
            amount=Decimal(100),
            currency=booking.currency,
            status="succeeded",
            received_at=NOW,
            receipt_number=Payment.objects.filter(receipt_number__isnull=False).count() + 1,
            verify_answer={"amount": "100"} if method == "chapa" else None,
            recorded_by=make_user(),
            recorded_by_label="Sara",
            created_at=NOW,
        )
        Refund.objects.create(
            payment=payment,
            way="provider",
            amount=30,
            status="succeeded",
            reason="Ill",
            provider_answer={},
            requested_by_label="Sara",
            succeeded_at=NOW,
            created_at=NOW,
        )
    Booking.objects.filter(pk=booking.pk).update(paid=140)
