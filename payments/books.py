"""What is always true of money, in a few statements over whole tables. Amounts are compared to the cent."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When, Window
from django.db.models.functions import Coalesce, Lag, Round

from bookings.models import Booking, Money
from payments.models import Payment, Refund
from payments.models.money import PaymentQuerySet

NOTHING = Decimal("0.00")
FETCH = 2000  # rows a round trip


def breaches() -> Iterator[str]:
    """One sentence for each broken rule; nothing when the books are clean."""
    yield from _paid()
    yield from _going_back()
    yield from _currencies()
    yield from _unproven()
    yield from _refunds()
    yield from _receipts()
    yield from _unproven_refunds()
    yield from _holds()


def _paid() -> Iterator[str]:
    received = Payment.objects.succeeded().filter(booking=OuterRef("pk")).values("booking")
    returned = Refund.objects.succeeded().filter(payment__booking=OuterRef("pk"))
    wrong = (
        Booking.objects.annotate(money=_total(received) - _total(returned.values("payment__booking")))
        .annotate(gap=Round(F("paid") - F("money"), precision=2))  # SQLite adds in binary
        .exclude(gap=0)
        .order_by("pk")
    )
    rows = wrong.values_list("reference", "currency", "paid", "money")
    for reference, currency, paid, money in rows.iterator(FETCH):
        yield f"Booking {reference}: paid is {currency} {paid:.2f}, but its payments less refunds are {money:.2f}."


def _going_back() -> Iterator[str]:
    coming = Refund.objects.filter(payment__booking=OuterRef("pk"), status__in=Refund.GOING_BACK)
    wrong = (
        Booking.objects.annotate(money=_total(coming.values("payment__booking")))
        .annotate(gap=Round(F("going_back") - F("money"), precision=2))
        .exclude(gap=0)
        .order_by("pk")
    )
    rows = wrong.values_list("reference", "currency", "going_back", "money")
    for reference, currency, kept, money in rows.iterator(FETCH):
        yield f"Booking {reference}: {currency} {kept:.2f} is noted as going back, but its refunds say {money:.2f}."


def _total(rows: "QuerySet[Any, Any]") -> Coalesce:
    """Σ amount of a subquery grouped by its values()."""
    total = rows.order_by().annotate(total=Sum("amount")).values("total")
    return Coalesce(Subquery(total, output_field=Money()), NOTHING, output_field=Money())


def _currencies() -> Iterator[str]:
    mixed = Payment.objects.exclude(currency=F("booking__currency")).order_by("pk")
    for tx_ref, ours, theirs in mixed.values_list("tx_ref", "currency", "booking__currency").iterator(FETCH):
        yield f"Payment {tx_ref}: it is in {ours}, but its booking is in {theirs}."


def _unproven() -> Iterator[str]:
    succeeded = Payment.objects.succeeded().order_by("pk")
    unverified = succeeded.online().filter(verify_answer__isnull=True)
    for tx_ref in unverified.values_list("tx_ref", flat=True).iterator(FETCH):
        yield f"Payment {tx_ref}: it succeeded, but no answer of the provider is kept."
    yield from _other_amounts(succeeded)
    for tx_ref in succeeded.filter(received_at__isnull=True).values_list("tx_ref", flat=True).iterator(FETCH):
        yield f"Payment {tx_ref}: it succeeded, but nobody knows when."
    nobody = succeeded.by_hand().filter(recorded_by__isnull=True)
    for tx_ref in nobody.values_list("tx_ref", flat=True).iterator(FETCH):
        yield f"Payment {tx_ref}: it was recorded by hand, but names nobody who did."


def _other_amounts(succeeded: PaymentQuerySet) -> Iterator[str]:
    """The kept answer of the provider names the amount that is booked. It is text there, and any text at all."""
    kept = succeeded.online().filter(verify_answer__has_key="amount")
    rows = kept.values_list("tx_ref", "currency", "amount", "verify_answer")
    for tx_ref, currency, amount, answer in rows.iterator(FETCH):
        theirs = (answer or {}).get("amount")  # SQLite would make a number of the text
        if not _is_amount(theirs, amount):
            yield f"Payment {tx_ref}: it is {currency} {amount:.2f}, but the provider's answer says {theirs}."


def _is_amount(text: Any, amount: Decimal) -> bool:
    try:
        return Decimal(str(text)) == amount
    except InvalidOperation:
        return False


def _refunds() -> Iterator[str]:
    live = Refund.objects.live().order_by()
    totals = live.values("payment__tx_ref", "payment__currency", "payment__amount").annotate(back=Sum("amount"))
    wrong = totals.annotate(excess=Round(F("back") - F("payment__amount"), precision=2)).filter(excess__gt=0)
    for row in wrong.order_by("payment__tx_ref").iterator(FETCH):
        currency, amount = row["payment__currency"], row["payment__amount"]
        yield f"Payment {row['payment__tx_ref']}: refunds are {currency} {row['back']:.2f} of {amount:.2f}."


def _receipts() -> Iterator[str]:
    """One number for each payment that succeeded, and they run from 1 without gaps."""
    paid = Q(status=Payment.Status.SUCCEEDED)
    lacking = Payment.objects.filter(paid, receipt_number__isnull=True).order_by("pk")
    for tx_ref in lacking.values_list("tx_ref", flat=True).iterator(FETCH):
        yield f"Payment {tx_ref}: it succeeded, but has no receipt number."
    unpaid = Payment.objects.filter(~paid, receipt_number__isnull=False).order_by("pk")
    for tx_ref, number in unpaid.values_list("tx_ref", "receipt_number").iterator(FETCH):
        yield f"Payment {tx_ref}: it has the receipt number {number}, but was not paid."
    before = Coalesce(Window(Lag("receipt_number"), order_by=F("receipt_number").asc()), Value(0))
    numbered = Payment.objects.filter(receipt_number__isnull=False).annotate(before=before)
    gaps = numbered.exclude(receipt_number=F("before") + 1).order_by("receipt_number")
    for number, last in gaps.values_list("receipt_number", "before").iterator(FETCH):
        yield f"Receipt {number}: the number before it is {last}."


def _unproven_refunds() -> Iterator[str]:
    """Paid back through a provider only by its answer or a person's decision, and by nobody's own approval."""
    sent = Refund.objects.succeeded().filter(way=Refund.Way.PROVIDER)
    unproven = sent.filter(provider_answer__isnull=True).order_by("pk")
    for pk, tx_ref in unproven.values_list("pk", "payment__tx_ref").iterator(FETCH):
        yield f"Refund {pk} of {tx_ref}: it went through the provider, but no answer or decision is kept."
    timeless = Refund.objects.succeeded().filter(succeeded_at__isnull=True).order_by("pk")
    for pk, tx_ref in timeless.values_list("pk", "payment__tx_ref").iterator(FETCH):
        yield f"Refund {pk} of {tx_ref}: it succeeded, but nobody knows when."
    alone = Refund.objects.filter(approved_by=F("requested_by")).order_by("pk")
    for pk, tx_ref in alone.values_list("pk", "payment__tx_ref").iterator(FETCH):
        yield f"Refund {pk} of {tx_ref}: who asked for it has approved it."


def _holds() -> Iterator[str]:
    """A booking knows whether money may be on its way, as ledger.keep_hold says."""
    watched = Q(status__in=(*Payment.OPEN, Payment.Status.REVIEW)) | Q(next_check_at__isnull=False)
    coming = Payment.objects.online().filter(watched, booking=OuterRef("pk"))
    actual = Case(When(Exists(coming), then=Value(value=True)), default=Value(value=False))
    wrong = Booking.objects.annotate(actual=actual).exclude(payment_open=F("actual")).order_by("pk")
    for reference, is_open in wrong.values_list("reference", "payment_open").iterator(FETCH):
        words = "waits for a payment, but none is open" if is_open else "has an open payment, but doesn't wait for it"
        yield f"Booking {reference}: it {words}."
