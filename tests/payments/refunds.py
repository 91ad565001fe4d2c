"""Payments to be paid back, for tests."""

from decimal import Decimal

from django.contrib.auth.models import User

from bookings.actors import SYSTEM, staff
from bookings.models import Booking
from notifications.models import Message
from payments.models import Payment, Refund
from payments.services.checkout.verify import verify_payment
from payments.services.ledger import new_tx_ref
from payments.services.manual.entry import ManualPayment
from payments.services.manual.record import record_payments
from payments.services.refunds.request import request_refund
from tests.factories import NOW, clerk, make_booking, make_user
from tests.provider import Provider


def paid_by_hand(booking: Booking | None = None, amount: str = "2000.00") -> Payment:
    booking = booking or make_booking()
    money = ManualPayment(method="cash", amount=Decimal(amount))
    record_payments(booking_ids=[booking.pk], money=money, actor=clerk(), now=NOW).single()
    return booking.payments.filter(amount=Decimal(amount)).latest("pk")


def begun_at(provider: Provider, booking: Booking | None = None, amount: str = "2000.00") -> Payment:
    """An open attempt that the provider knows, with the live key."""
    booking = booking or make_booking()
    payment = Payment.objects.create(
        tx_ref=new_tx_ref("chapa"),
        booking=booking,
        method="chapa",
        amount=Decimal(amount),
        currency=booking.currency,
        status="pending",
        checkout_url="https://checkout.chapa.co/x",
        provider_mode="live",
        recorded_by_label="System",
        created_at=NOW,
    )
    provider.add(payment.tx_ref, amount, mode="live")
    return payment


def paid_at(provider: Provider, booking: Booking | None = None, amount: str = "2000.00") -> Payment:
    payment = begun_at(provider, booking, amount)
    provider.pay(payment.tx_ref)
    verify_payment(payment_id=payment.pk, source="poll", actor=SYSTEM, now=NOW)
    payment.refresh_from_db()
    assert payment.status == "succeeded"
    return payment


def ask(
    payment: Payment, amount: str = "500.00", *, by: User | None = None, way: str = "cash", key: str = ""
) -> Refund:
    actor = staff(by or make_user())
    return request_refund(
        payment_id=payment.pk, amount=Decimal(amount), reason="Ill", way=way, actor=actor, now=NOW, creation_key=key
    )


def state(refund: Refund) -> tuple[str, Decimal]:
    """The refund's status, and what the booking has paid."""
    refund.refresh_from_db()
    return refund.status, Booking.objects.get(payments__refunds=refund).paid


def refund_mails() -> list[tuple[str, str, str]]:
    rows = Message.objects.filter(kind="payment_refunded").order_by("pk")
    return [(m.status, m.context["refunded"], m.context["on_its_way"]) for m in rows]
