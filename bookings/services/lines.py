"""The lines of a booking's price: written with it, changed under its lock, and always adding up to its total."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import DecimalField, F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Round

from bookings.models import Booking, BookingLine, Departure
from bookings.refusals.price import PriceBelowZero
from bookings.services.terms import deposit_for, total_for

Kind = BookingLine.Kind
BATCH = 500
EARLIER_RELEASE = "Changed by an earlier release"


def seat_line(booking: Booking) -> BookingLine:
    """The party, at the agreed price a person."""
    return BookingLine(
        booking=booking,
        kind=Kind.SEAT,
        code="adult",
        title="Adult",
        quantity=booking.party_size,
        unit_price=booking.unit_price,
        amount=booking.unit_price * booking.party_size,
        created_at=booking.created_at,
    )


def make_lines(bookings: Sequence[Booking]) -> None:
    """Those of new bookings."""
    BookingLine.objects.bulk_create(map(seat_line, bookings), batch_size=BATCH)


def change_seats(booking: Booking) -> Decimal:
    """The new total after a locked booking's party has changed, whose lines add up; the other ones stay."""
    seats = total_for(unit_price=booking.unit_price, party_size=booking.party_size)
    others = booking.lines.exclude(kind=Kind.SEAT).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    if seats + others < 0:
        raise PriceBelowZero(booking.reference)
    booking.lines.filter(kind=Kind.SEAT).update(quantity=booking.party_size, amount=seats)
    return seats + others


def change_unit_price(bookings: Sequence[Booking], departure: Departure) -> None:
    """Locked bookings' seats at the departure's price; the other lines stay. The caller saves the bookings."""
    mend(bookings)
    seats = {line.booking_id: line for line in BookingLine.objects.filter(booking__in=bookings, kind=Kind.SEAT)}
    for booking in bookings:
        line = seats[booking.pk]
        others = booking.total - line.amount
        booking.unit_price = line.unit_price = departure.price
        line.amount = total_for(unit_price=departure.price, party_size=booking.party_size)
        booking.total = line.amount + others
        if booking.total < 0:
            raise PriceBelowZero(booking.reference)
        booking.deposit_due = deposit_for(trip=departure.trip, total=booking.total, party_size=booking.party_size)
    BookingLine.objects.bulk_update(seats.values(), ["unit_price", "amount"], batch_size=BATCH)


def not_adding_up() -> QuerySet[Any]:
    """Bookings that a release without lines has made or changed."""
    lines = BookingLine.objects.filter(booking=OuterRef("pk")).order_by().values("booking")
    # Rounded, as SQLite adds floats.
    sums = Subquery(lines.annotate(sum=Round(Sum("amount"), 2)).values("sum"), output_field=DecimalField())
    return Booking.objects.annotate(lines_sum=Coalesce(sums, Decimal(-1))).exclude(total=F("lines_sum"))


@transaction.atomic
def mend_lines() -> int:
    """Give at most a batch of them lines that add up; returns how many there were."""
    bookings = list(not_adding_up().select_for_update(of=("self",)).order_by("pk")[:BATCH])
    mend(bookings)
    return len(bookings)


def mend(bookings: Sequence[Booking]) -> None:
    """Of locked bookings: the seats as the booking has them, and what is missing then as an adjustment."""
    sums: dict[int, Decimal] = {}
    for line in BookingLine.objects.filter(booking__in=bookings):
        sums[line.booking_id] = sums.get(line.booking_id, Decimal(0)) + line.amount
    wrong = [booking for booking in bookings if sums.get(booking.pk) != booking.total]
    if not wrong:
        return
    BookingLine.objects.filter(booking__in=wrong, kind=Kind.SEAT).delete()
    lines = [seat_line(booking) for booking in wrong]
    kept = BookingLine.objects.filter(booking__in=wrong).order_by().values_list("booking").annotate(Sum("amount"))
    others: dict[int, Decimal] = dict(kept)
    for booking, seats in zip(wrong, list(lines), strict=True):
        if missing := booking.total - seats.amount - others.get(booking.pk, Decimal(0)):
            lines.append(adjustment(booking, missing, EARLIER_RELEASE))
    BookingLine.objects.bulk_create(lines, batch_size=BATCH)


def adjustment(booking: Booking, amount: Decimal, title: str) -> BookingLine:
    return BookingLine(
        booking=booking,
        kind=Kind.ADJUSTMENT,
        title=title,
        quantity=1,
        unit_price=amount,
        amount=amount,
        created_at=booking.updated_at,
    )
