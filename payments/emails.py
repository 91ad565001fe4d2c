"""Which mail a payment's change means, and the facts of its receipt."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from bookings import emails as booking_emails
from bookings.mail_facts import booking_facts, moment
from notifications import outbox
from payments.models import Payment, ProviderAlarm, Refund


def queue(kind: str, payments: Sequence[Payment], *, now: datetime, facts: dict[str, Any] | None = None) -> None:
    """One mail a payment and kind, ever. The payments' bookings need departure, trip and customer loaded."""
    outbox.enqueue([_mail(kind, payment, payment.tx_ref, facts or {}, now) for payment in payments], now=now)


def queue_refund(refund: Refund, *, now: datetime, on_its_way: bool = False) -> None:
    """One mail a refund, ever: it was paid back, or is with the provider. Its payment needs what `queue` needs.

    The mail's sums are those after this refund: the booking must know of it.
    """
    facts = {
        "paid": f"{refund.payment.booking.staying:.2f}",
        "refunded": f"{refund.amount:.2f}",
        "reason": refund.reason,
        "way": way_of(refund),
        "on_its_way": "yes" if on_its_way else "",
    }
    outbox.enqueue([_mail("payment_refunded", refund.payment, _occurrence(refund), facts, now)], now=now)


def queue_alarm(alarm: ProviderAlarm, *, label: str, said: str, now: datetime) -> None:
    """To whoever runs the house, once an alarm. Nothing in it is secret or about a customer."""
    began = timezone.localtime(alarm.began_at)
    facts = {
        "reference": f"{alarm.provider.upper()}-{began:%Y%m%d-%H%M}",
        "provider": label,
        "said": said,
        "since": f"{date_format(began, 'D j F Y, H:i')} ({settings.TIME_ZONE})",
        "desk_url": f"{settings.SITE_URL}{reverse('admin:index')}",
    }
    mail = outbox.Mail(
        kind="provider_alarm",
        topic=f"provider:{alarm.provider}",
        recipient=parseaddr(settings.OPS_EMAIL)[1],
        language="en",
        context=facts,
        dedupe_key=f"provider_alarm:{alarm.provider}:{alarm.began_at}",
    )
    outbox.enqueue([mail], now=now)


def way_of(refund: Refund) -> str:
    """As the customer knows it: through the provider means the one that they paid with. A code of words.METHODS."""
    return str(refund.payment.method if refund.way == Refund.Way.PROVIDER else refund.way)


def withdraw_refund(refund: Refund, *, reason: str) -> None:
    """This money did not go back after all."""
    _withdraw("payment_refunded", refund.payment, _occurrence(refund), reason)


def withdraw_confirmation(payment: Payment, *, reason: str) -> None:
    """The money of this payment never came: its confirmation isn't true, whether it was sent or not."""
    _withdraw("payment_confirmation", payment, payment.tx_ref, reason)


def receipt_facts(payment: Payment, *, now: datetime) -> dict[str, Any]:
    """What receipts.receipt prints of a succeeded payment, as things stand now; what went back stands on it too.

    The payment's booking needs departure, trip, customer and travellers loaded.
    """
    facts = booking_facts(payment.booking, now=now) | payment_facts(payment, now=now)
    back = payment.refunds.succeeded().aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    return facts | {"refunded": f"{back:.2f}" if back else ""}


def payment_facts(payment: Payment, *, now: datetime) -> dict[str, Any]:
    """The facts of mail_kinds.PAYMENT beyond the booking's own; money in the payment's currency."""
    trip = payment.booking.departure.trip
    return {
        "transaction": payment.tx_ref,
        "method": str(payment.method),
        "currency": payment.currency,
        "amount": f"{payment.amount:.2f}",
        "receipt": receipt_name(payment),
        "received": moment(payment.received_at, trip) if payment.received_at else "",
        "as_of": moment(now, trip),
    }


def receipt_name(payment: Payment) -> str:
    """Such as R-000042; empty until it is paid."""
    return f"R-{payment.receipt_number:06d}" if payment.receipt_number else ""


def _mail(kind: str, payment: Payment, occurrence: str, facts: dict[str, Any], now: datetime) -> outbox.Mail:
    facts = payment_facts(payment, now=now) | facts
    return booking_emails.mail(kind, payment.booking, occurrence, now=now, facts=facts)


def _withdraw(kind: str, payment: Payment, occurrence: str, reason: str) -> None:
    key = booking_emails.dedupe_key(kind, payment.booking, occurrence)
    outbox.withdraw_intent(dedupe_key=key, reason=reason)


def _occurrence(refund: Refund) -> str:
    return f"{refund.payment.tx_ref}:{refund.pk}"
