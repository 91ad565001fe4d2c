"""Cancelled and expired bookings on which money stands that may have to go back.

Most of what stands there is kept by the trip's terms, for ever, or was decided about, and grows in number: on a few
columns those are told apart here, so that only the others are loaded.
"""

import hashlib
from collections.abc import Collection, Iterator
from typing import Any, Final

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from bookings.models import Booking, BookingEvent, Money
from payments.models import ClosedDecision, Payment, Refund
from payments.services.refunds.propose import NOTHING, share_back

FETCH: Final = 2000  # rows a round trip
ENOUGH: Final = ("status", "total", "departure__status", "departure__starts_at")
TERMS: Final = ("departure__trip__cancellation_tiers", "departure__trip__time_zone")


def bookings_to_look_at(*, only: Collection[int] | None = None) -> dict[int, str]:
    """{id: fingerprint} where something may be owed, the longest over first. One statement.

    Without those that were closed as they are; of `only` these, closed or not.
    """
    rows = _over(_chosen(Booking.objects.gone().filter(paid__gt=0), only))
    found = [
        (booking.ended, booking.pk, fingerprint(booking))  # type: ignore[attr-defined]
        for booking in rows.select_related("departure__trip").only(*ENOUGH, *TERMS).iterator(FETCH)
        if _may_owe(booking) and (only is not None or not _is_closed(booking))
    ]
    return {pk: facts for _ended, pk, facts in sorted(found)}


def overpaid_bookings(*, only: Collection[int] | None = None) -> dict[int, str]:
    """As bookings_to_look_at, of those that hold seats."""
    rows = with_facts(_chosen(Booking.objects.holding_seats().filter(paid__gt=F("total")), only))
    rows = rows.annotate(closed=_closed(ClosedDecision.Kind.OVERPAID)).order_by("updated_at", "pk")
    found = rows.only("status", "total").iterator(FETCH)
    return {b.pk: fingerprint(b) for b in found if only is not None or not _is_closed(b)}


def _chosen(rows: "QuerySet[Booking]", only: Collection[int] | None) -> "QuerySet[Booking]":
    return rows if only is None else rows.filter(pk__in=only)


def fingerprint(booking: Any) -> str:
    """Of what a decision about its money rests on; `booking` is a row of with_facts."""
    facts = [booking.total, booking.received, booking.back, booking.failed]
    if booking.status in Booking.GONE:
        facts += [booking.status, booking.ended]
    return hashlib.sha256(repr([str(fact) for fact in facts]).encode()).hexdigest()[:16]


def with_facts(rows: "QuerySet[Booking]") -> "QuerySet[Booking]":
    """With when it `ended`, what was `received`, what of it goes or went `back`, and how many refunds `failed`."""
    ends = BookingEvent.objects.filter(booking=OuterRef("pk"), to_status=OuterRef("status")).order_by("-pk")
    paid = Payment.objects.succeeded().filter(booking=OuterRef("pk"))
    refunds = Refund.objects.filter(payment__booking=OuterRef("pk"), payment__status=Payment.Status.SUCCEEDED)
    live, back = refunds.live(), Q(kind=Refund.Kind.REFUND)
    failed = refunds.filter(status=Refund.Status.FAILED).order_by().values("payment__booking").annotate(n=Count("pk"))
    return rows.annotate(
        ended=Coalesce(Subquery(ends.values("created_at")[:1]), F("updated_at")),
        received=_sum(paid, "booking") - _sum(live.exclude(back), "payment__booking"),
        back=_sum(live.filter(back), "payment__booking"),
        failed=Coalesce(Subquery(failed.values("n")), Value(0)),
    )


def _over(rows: "QuerySet[Booking]") -> "QuerySet[Booking]":
    """With facts, whether money came `late`, and the fingerprint under which it was `closed`."""
    paid = Payment.objects.succeeded().filter(booking=OuterRef("pk"))
    late = Exists(paid.filter(received_at__gt=OuterRef("ended")))
    return with_facts(rows).annotate(late=late, closed=_closed(ClosedDecision.Kind.MONEY_LEFT))


def _closed(kind: str) -> Coalesce:
    rows = ClosedDecision.objects.filter(kind=kind, object_id=OuterRef("pk"), reopened_at__isnull=True)
    return Coalesce(Subquery(rows.values("fingerprint")[:1]), Value(""))


def _is_closed(booking: Any) -> bool:
    return bool(booking.closed == fingerprint(booking))


def _sum(rows: "QuerySet[Any, Any]", booking: str) -> Coalesce:
    total = rows.order_by().values(booking).annotate(total=Sum("amount")).values("total")
    return Coalesce(Subquery(total, output_field=Money()), Value(NOTHING), output_field=Money())


def _may_owe(booking: Any) -> bool:
    """As propose says it; money that came late is looked at there."""
    return bool(booking.late or share_back(booking, booking.received, booking.ended) > booking.back)


def in_chunks(ids: list[int], size: int = 100) -> Iterator[list[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
