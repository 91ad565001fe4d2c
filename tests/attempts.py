"""Payments at the test provider, and what came of them."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bookings.actors import SYSTEM, Actor
from bookings.models import Booking
from notifications.models import Message
from payments.models import Payment
from payments.services.checkout.poll import verify_due
from payments.services.checkout.start import start_payment
from payments.services.checkout.verify import Verified, verify_payment
from tests.factories import NOW, make_booking

CUSTOMER = Actor("Customer")
DEPOSIT = Decimal("600.00")  # of a booking that make_booking() makes: 30 % of two seats at 1000.00


def later(minutes: float) -> datetime:
    return NOW + timedelta(minutes=minutes)


def begin(booking: Booking | None = None, *, minutes: float = 0, **how: Any) -> Payment:
    """A payment with a link, begun so long after NOW; of the deposit of a new booking, if nothing else is said."""
    booking = booking or make_booking()
    return start_payment(booking_id=booking.pk, actor=CUSTOMER, now=later(minutes), **how)


def ask(payment: Payment, *, minutes: float = 1, source: str = "staff") -> Verified:
    return verify_payment(payment_id=payment.pk, source=source, actor=SYSTEM, now=later(minutes))


def poll(minutes: float) -> dict[str, int]:
    return verify_due(now=later(minutes))


def now_is(payment: Payment) -> tuple[str, str, Decimal]:
    """(payment's status, booking's status, what the booking has been paid)."""
    payment = Payment.objects.select_related("booking").get(pk=payment.pk)
    return payment.status, payment.booking.status, payment.booking.paid


def note(payment: Payment) -> str:
    return Payment.objects.get(pk=payment.pk).check_note


def story(payment: Payment) -> list[str]:
    """The kinds of the booking's timeline rows that tell of money or of a state."""
    kinds = payment.booking.events.order_by("pk").values_list("kind", flat=True)
    return [kind for kind in kinds if kind != "created"]


def mails(payment: Payment) -> list[tuple[str, str]]:
    """(kind, status) of the mails about money, in the order in which they were queued."""
    about_money = Message.objects.filter(topic=payment.booking.topic, kind__startswith="payment").order_by("pk")
    return list(about_money.values_list("kind", "status"))
