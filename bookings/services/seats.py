"""Seats move here and nowhere else: ONE conditional UPDATE behind the database's CHECK."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Case, F, IntegerField, Value, When
from django.db.models.functions import Coalesce, Greatest

from bookings.models import Booking, Departure
from bookings.refusals.seats import Departed, NotOpen, SoldOut
from notifications.refusals import Refused

BATCH = 500


def take_seats(*, departure_id: int, seats: int, now: datetime) -> None:
    """Take seats on an open departure that hasn't left, or refuse with SoldOut or the reason."""
    taken = Departure.objects.filter(
        pk=departure_id,
        status=Departure.Status.OPEN,
        starts_at__gt=now,
        seats_taken__lte=F("capacity") - seats,
    ).update(seats_taken=F("seats_taken") + seats)
    if not taken:
        raise why_not_take_seats(Departure.objects.get(pk=departure_id), now)


def take_many(seats: Mapping[int, int], *, now: datetime) -> None:
    """Take {departure id: seats} in one UPDATE with the guard of take_seats; all of them or SoldOut."""
    wanted = Case(*(When(pk=pk, then=Value(number)) for pk, number in seats.items()), output_field=IntegerField())
    open_ones = Departure.objects.filter(pk__in=seats, status=Departure.Status.OPEN, starts_at__gt=now)
    taken = open_ones.filter(seats_taken__lte=F("capacity") - wanted).update(seats_taken=F("seats_taken") + wanted)
    if taken < len(seats):
        raise SoldOut(0)


def lock_departures(departure_ids: Iterable[int]) -> dict[int, Departure]:
    """Locked in primary-key order; lock the bookings first."""
    query = Departure.objects.select_for_update().filter(pk__in=set(departure_ids)).order_by("pk")
    return {departure.pk: departure for departure in query}


def reread_departures(bookings: Iterable[Booking]) -> None:
    """Give these bookings their departures as they are now: after the lock, so that what is read stays."""
    bookings = list(bookings)
    query = Departure.objects.select_related("trip")
    departures = query.in_bulk({booking.departure_id for booking in bookings})
    for booking in bookings:
        booking.departure = departures[booking.departure_id]


def why_not_take_seats(departure: Departure, now: datetime) -> Refused:
    if departure.starts_at <= now:
        return Departed(departure.code)
    if departure.status != Departure.Status.OPEN:
        return NotOpen(departure.code, departure.get_status_display().lower())
    return SoldOut(departure.seats_left)


def give_back(seats: Mapping[int, int]) -> None:
    """Return seats, {departure id: seats}, in one UPDATE.

    Where an import had oversold (planned_capacity is set), freed seats leave the capacity too, down to the plan.
    """
    seats = {pk: number for pk, number in sorted(seats.items()) if number}
    if not seats:
        return
    lock_departures(seats)
    freed = Case(*(When(pk=pk, then=Value(number)) for pk, number in seats.items()), output_field=IntegerField())
    Departure.objects.filter(pk__in=seats).update(
        seats_taken=F("seats_taken") - freed,
        capacity=Case(
            When(planned_capacity__isnull=False, then=Greatest(F("planned_capacity"), F("capacity") - freed)),
            default=F("capacity"),
        ),
    )


def seat_imported(seats: Mapping[int, int]) -> list[Departure]:
    """Seat parties that another system has sold, {departure id: seats}, whatever the departure's state or capacity.

    Where they don't fit, the capacity grows to what is sold and planned_capacity keeps the real one, in the same
    UPDATE: the CHECK holds, and nobody can sell more. Returns the departures that are oversold now.
    """
    ids = sorted(pk for pk, number in seats.items() if number)
    for chunk in (ids[start : start + BATCH] for start in range(0, len(ids), BATCH)):
        lock_departures(chunk)
        more = Case(*(When(pk=pk, then=Value(seats[pk])) for pk in chunk), output_field=IntegerField())
        sold = F("seats_taken") + more
        planned = Coalesce("planned_capacity", "capacity")
        Departure.objects.filter(pk__in=chunk).update(
            seats_taken=sold,
            capacity=Greatest(F("capacity"), sold),
            planned_capacity=Case(When(capacity__lt=sold, then=planned), default=F("planned_capacity")),
        )
    oversold = Departure.objects.filter(planned_capacity__lt=F("seats_taken")).order_by("starts_at", "code")
    return [departure for departure in oversold if departure.pk in seats]


def seats_of(bookings: Iterable[Booking]) -> Counter[int]:
    """{departure id: seats} that these bookings hold now."""
    held: Counter[int] = Counter()
    for booking in bookings:
        if booking.status in Booking.HOLDS_SEATS:
            held[booking.departure_id] += booking.party_size
    return held
