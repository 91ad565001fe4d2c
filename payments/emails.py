"""Which mail a payment's change means."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bookings import emails as booking_emails
from notifications import outbox
from payments.models import Payment


def queue(kind: str, payments: Sequence[Payment], *, now: datetime, facts: dict[str, Any] | None = None) -> None:
    """One mail a payment and kind, ever. The payments' bookings need departure, trip and customer loaded."""
    outbox.enqueue([_mail(kind, payment, facts or {}) for payment in payments], now=now)


def withdraw_confirmation(payment: Payment, *, reason: str) -> None:
    """The money of this payment never came: its confirmation isn't true, whether it was sent or not."""
    outbox.withdraw_intent(dedupe_key=_mail("payment_confirmation", payment, {}).dedupe_key, reason=reason)


def _mail(kind: str, payment: Payment, facts: dict[str, Any]) -> outbox.Mail:
    return booking_emails.mail(kind, payment.booking, payment.tx_ref, facts=payment_facts(payment) | facts)


def payment_facts(payment: Payment) -> dict[str, Any]:
    """The facts of notifications.catalogue.PAYMENT beyond the booking's own; money in the payment's currency."""
    trip = payment.booking.departure.trip
    return {
        "transaction": payment.tx_ref,
        "method": str(payment.get_method_display()),
        "currency": payment.currency,
        "amount": f"{payment.amount:.2f}",
        "received": booking_emails.written_out(payment.received_at, trip) if payment.received_at else "",
    }
