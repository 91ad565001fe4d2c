"""What every way of paying ends in: payments put on their locked bookings, numbered, told to the customer."""

import secrets
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Max

from bookings.actors import Actor
from bookings.mail_kinds import about_dues
from bookings.models import Booking
from bookings.outcome import Outcome
from bookings.references import ALPHABET
from bookings.refusals.shared import CannotBe
from bookings.services import ledger
from bookings.services.rows import lock_bookings
from notifications import outbox
from notifications.refusals import NotFound
from payments import emails, providers
from payments.models import Payment, Refund
from payments.refusals.corrections import ThroughProvider
from payments.timeline.payments import PaymentReceived
from payments.timeline.sums import Sum, paid

Status = Payment.Status
PREFIXES = {
    "cash": "CASH",
    "bank_transfer": "BANK",
    "card": "CARD",
    "other": "OTHER",
}
RECEIPTS_LOCK = 0x72637074  # "rcpt", a PostgreSQL advisory lock; config.clock has another


def new_tx_ref(method: str) -> str:
    prefix = PREFIXES.get(method) or providers.by_method()[method].prefix
    return f"{prefix}-" + "".join(secrets.choice(ALPHABET) for _ in range(10))


def lock_payment(payment_id: int) -> Payment:
    """Its booking is locked first, as everywhere, and loaded with it."""
    booking_id = Payment.objects.filter(pk=payment_id).values_list("booking_id", flat=True).first()
    if booking_id is None:
        raise NotFound("The payment")
    [booking] = lock_bookings([booking_id])
    payment = Payment.objects.select_for_update().get(pk=payment_id)
    payment.booking = booking
    return payment


def credit(payments: Sequence[Payment], actor: Actor, now: datetime, *, source: str = "") -> None:
    """Put succeeded payments, which have their receipts' numbers, on their locked bookings: paid, timeline, mail."""
    amounts: dict[Booking, Decimal] = defaultdict(Decimal)
    sums: dict[int, list[Sum]] = defaultdict(list)
    for p in payments:
        amounts[p.booking] += p.amount
        sums[p.booking_id].append(paid(p))
    entries = {pk: PaymentReceived(of_one, source) for pk, of_one in sums.items()}
    ledger.add_money(amounts, entries, actor=actor, now=now)
    topics = [booking.topic for booking in amounts]
    untrue = ("payment_failure", *about_dues())
    outbox.withdraw(topics=topics, reason="The payment came after all.", kinds=untrue)
    emails.queue("payment_confirmation", payments, now=now)


def take_receipt_numbers(count: int) -> range:
    """The next ones, without gaps: others who number wait until our transaction ends. The caller writes them."""
    if count and connection.vendor == "postgresql":  # SQLite has one writer anyway
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RECEIPTS_LOCK])
    last = (Payment.objects.aggregate(last=Max("receipt_number"))["last"] or 0) if count else 0
    return range(last + 1, last + 1 + count)


def number_receipts(payments: Sequence[Payment]) -> None:
    """On the objects alone; the caller writes them."""
    for number, payment in zip(take_receipt_numbers(len(payments)), payments, strict=True):
        payment.receipt_number = number


@transaction.atomic
def mend_forgotten() -> int:
    """Number payments that a release without receipts recorded while it was being replaced, and date its voids."""
    rows = Payment.objects.succeeded().filter(receipt_number__isnull=True)
    forgotten = list(rows.order_by("pk")[:500])
    number_receipts(forgotten)
    Payment.objects.bulk_update(forgotten, ["receipt_number"])
    voids = Refund.objects.succeeded().filter(succeeded_at__isnull=True)
    return len(forgotten) + voids.update(succeeded_at=F("created_at"))


def change(payments: Collection[Payment], changes: dict[str, Any]) -> None:
    Payment.objects.filter(pk__in=[payment.pk for payment in payments]).update(**changes)
    for payment in payments:
        for name, value in changes.items():
            setattr(payment, name, value)


def keep_hold(booking: Booking) -> None:
    """Tell the locked booking whether money may be on its way: as long as it may, the hold doesn't end."""
    rows = Payment.objects.online().filter(booking=booking)
    watched = rows.filter(status__in=(*Payment.OPEN, Status.REVIEW)) | rows.filter(next_check_at__isnull=False)
    ledger.set_payment_open(booking, is_open=watched.exists())


def sort_out_manual(payment_ids: Sequence[int], change: str) -> Outcome[Payment]:
    """Lock bookings, then payments, as everywhere, and split by whether Payment.CHANGES allows the change.

    Payments of one booking share its object.
    """
    verb = Payment.CHANGES[change].done
    booking_ids = Payment.objects.filter(pk__in=payment_ids).values_list("booking_id", flat=True)
    bookings = {booking.pk: booking for booking in lock_bookings(booking_ids)}
    payments = list(Payment.objects.select_for_update().filter(pk__in=payment_ids).order_by("pk"))
    outcome = Outcome[Payment]()
    for payment in payments:
        payment.booking = bookings[payment.booking_id]
        state = payment.get_status_display().lower()
        if payment.method not in Payment.MANUAL:
            outcome.refused.append((payment.tx_ref, ThroughProvider(payment.tx_ref, verb)))
        elif not payment.allows(change):
            outcome.refused.append((payment.tx_ref, CannotBe(payment.tx_ref, state, verb)))
        else:
            outcome.done.append(payment)
    if len(payments) < len(set(payment_ids)):
        outcome.refused.append(("?", NotFound("A payment")))
    return outcome
