"""Cancelled and expired bookings on which money stands that may have to go back.

Most of what stands there is kept by the trip's terms, for ever, and grows in number: on a few columns those are told
apart here, so that only the others are loaded.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from bookings.models import Booking, BookingEvent, Money
from payments.models import Payment, Refund
from payments.services.proposing import NOTHING, share_back

GONE: Final = (Booking.Status.CANCELLED, Booking.Status.EXPIRED)
LOOKED_AT_ONCE: Final = timedelta(days=14)  # what the terms let us keep is shown so long, so that a person has seen it
FETCH: Final = 2000  # rows a round trip
ENOUGH: Final = ("status", "total", "departure__status", "departure__starts_at")
TERMS: Final = ("departure__trip__cancellation_tiers", "departure__trip__time_zone")


def bookings_to_look_at(*, now: datetime) -> list[int]:
    """Ids: first where something may be owed, the longest over first; then what was kept of late. One statement."""
    found: list[tuple[bool, datetime, int]] = []
    for booking in _over().select_related("departure__trip").only(*ENOUGH, *TERMS).iterator(FETCH):
        kept = not _may_owe(booking)
        if not kept or booking.ended >= now - LOOKED_AT_ONCE:  # type: ignore[attr-defined]
            found.append((kept, booking.ended, booking.pk))  # type: ignore[attr-defined]
    return [pk for _kept, _ended, pk in sorted(found)]


def _over() -> "QuerySet[Booking]":
    """With when it `ended`, whether money came `late`, what was `received`, and what of it goes or went `back`."""
    ends = BookingEvent.objects.filter(booking=OuterRef("pk"), to_status=OuterRef("status")).order_by("-pk")
    paid = Payment.objects.filter(booking=OuterRef("pk"), status=Payment.Status.SUCCEEDED)
    live = Refund.objects.filter(payment__booking=OuterRef("pk"), payment__status=Payment.Status.SUCCEEDED)
    live = live.exclude(status=Refund.Status.FAILED)
    back = Q(kind=Refund.Kind.REFUND)
    rows = Booking.objects.filter(status__in=GONE, paid__gt=0)
    rows = rows.annotate(ended=Coalesce(Subquery(ends.values("created_at")[:1]), F("updated_at")))
    return rows.annotate(
        late=Exists(paid.filter(received_at__gt=OuterRef("ended"))),
        received=_sum(paid, "booking") - _sum(live.exclude(back), "payment__booking"),
        back=_sum(live.filter(back), "payment__booking"),
    )


def _sum(rows: "QuerySet[Any, Any]", booking: str) -> Coalesce:
    total = rows.order_by().values(booking).annotate(total=Sum("amount")).values("total")
    return Coalesce(Subquery(total, output_field=Money()), Value(NOTHING), output_field=Money())


def _may_owe(booking: Any) -> bool:
    """As proposing says it; money that came late is looked at there."""
    return bool(booking.late or share_back(booking, booking.received, booking.ended) > booking.back)


def in_chunks(ids: list[int], size: int = 100) -> Iterator[list[int]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
