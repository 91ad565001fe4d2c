"""What is always true of money, in a few statements over whole tables. Amounts are compared to the cent."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, When, Window
from django.db.models.functions import Coalesce, Lag, Round

from bookings.models import Booking, Money
from payments.models import Payment, Refund
from payments.proof_books import FETCH, unproven, unproven_refunds

NOTHING = Decimal("0.00")


def breaches() -> Iterator[str]:
    """One sentence for each broken rule; nothing when the books are clean."""
    yield from _paid()
    yield from _going_back()
    yield from _currencies()
    yield from unproven()
    yield from _refunds()
    yield from _receipts()
    yield from unproven_refunds()
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


def _holds() -> Iterator[str]:
    """A booking knows whether money may be on its way, as ledger.keep_hold says."""
    watched = Q(status__in=(*Payment.OPEN, Payment.Status.REVIEW)) | Q(next_check_at__isnull=False)
    coming = Payment.objects.online().filter(watched, booking=OuterRef("pk"))
    actual = Case(When(Exists(coming), then=Value(value=True)), default=Value(value=False))
    wrong = Booking.objects.annotate(actual=actual).exclude(payment_open=F("actual")).order_by("pk")
    for reference, is_open in wrong.values_list("reference", "payment_open").iterator(FETCH):
        words = "waits for a payment, but none is open" if is_open else "has an open payment, but doesn't wait for it"
        yield f"Booking {reference}: it {words}."
