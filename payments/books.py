"""What is always true of money, in a few statements over whole tables. Amounts are compared to the cent."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Round

from bookings.models import Booking, Money
from payments.models import Payment, Refund

NOTHING = Decimal("0.00")
FETCH = 2000  # rows a round trip


def breaches() -> Iterator[str]:
    """One sentence for each broken rule; nothing when the books are clean."""
    yield from _paid()
    yield from _currencies()
    yield from _unproven()
    yield from _refunds()


def _paid() -> Iterator[str]:
    received = Payment.objects.filter(booking=OuterRef("pk"), status=Payment.Status.SUCCEEDED).values("booking")
    returned = Refund.objects.filter(payment__booking=OuterRef("pk"), status=Refund.Status.SUCCEEDED)
    wrong = (
        Booking.objects.annotate(money=_total(received) - _total(returned.values("payment__booking")))
        .annotate(gap=Round(F("paid") - F("money"), precision=2))  # SQLite adds in binary
        .exclude(gap=0)
        .order_by("pk")
    )
    rows = wrong.values_list("reference", "currency", "paid", "money")
    for reference, currency, paid, money in rows.iterator(FETCH):
        yield f"Booking {reference}: paid is {currency} {paid:.2f}, but its payments less refunds are {money:.2f}."


def _total(rows: "QuerySet[Any, Any]") -> Coalesce:
    """Σ amount of a subquery grouped by its values()."""
    total = rows.order_by().annotate(total=Sum("amount")).values("total")
    return Coalesce(Subquery(total, output_field=Money()), NOTHING, output_field=Money())


def _currencies() -> Iterator[str]:
    mixed = Payment.objects.exclude(currency=F("booking__currency")).order_by("pk")
    for tx_ref, ours, theirs in mixed.values_list("tx_ref", "currency", "booking__currency").iterator(FETCH):
        yield f"Payment {tx_ref}: it is in {ours}, but its booking is in {theirs}."


def _unproven() -> Iterator[str]:
    succeeded = Payment.objects.filter(status=Payment.Status.SUCCEEDED).order_by("pk")
    unverified = succeeded.filter(method__in=Payment.PROVIDER, verify_answer__isnull=True)
    for tx_ref in unverified.values_list("tx_ref", flat=True).iterator(FETCH):
        yield f"Payment {tx_ref}: it succeeded, but no answer of the provider is kept."
    nobody = succeeded.filter(method__in=Payment.MANUAL, recorded_by__isnull=True)
    for tx_ref in nobody.values_list("tx_ref", flat=True).iterator(FETCH):
        yield f"Payment {tx_ref}: it was recorded by hand, but names nobody who did."


def _refunds() -> Iterator[str]:
    live = Refund.objects.exclude(status=Refund.Status.FAILED).order_by()
    totals = live.values("payment__tx_ref", "payment__currency", "payment__amount").annotate(back=Sum("amount"))
    wrong = totals.annotate(excess=Round(F("back") - F("payment__amount"), precision=2)).filter(excess__gt=0)
    for row in wrong.order_by("payment__tx_ref").iterator(FETCH):
        currency, amount = row["payment__currency"], row["payment__amount"]
        yield f"Payment {row['payment__tx_ref']}: refunds are {currency} {row['back']:.2f} of {amount:.2f}."
