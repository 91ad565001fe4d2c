"""Moving live bookings to another departure, with their seats."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from bookings import emails
from bookings.actors import Actor
from bookings.mail_facts import moment
from bookings.mail_kinds import about_dues
from bookings.models import Booking, Departure
from bookings.outcome import Outcome
from bookings.refusals.seats import OtherCurrency, SameDeparture, SoldOut
from bookings.services.confirm import confirm_covered
from bookings.services.lines import change_unit_price
from bookings.services.rows import add_events, lock_bookings, sort_out, why_not_change
from bookings.services.seats import give_back, lock_departures, seats_of, take_seats, why_not_take_seats
from bookings.services.terms import balance_due_on, hold_until
from bookings.timeline import plain
from bookings.timeline.changes import Rescheduled
from bookings.timeline.price import PriceAdjusted
from notifications import outbox
from notifications.refusals import NotFound, Refused

Status = Booking.Status


@transaction.atomic
def reschedule_bookings(
    *, booking_ids: Sequence[int], departure_id: int, actor: Actor, now: datetime, new_price: bool = False
) -> Outcome[Booking]:
    """Move bookings to another departure; they keep their status, and the agreed price or take the `new_price` there.

    Bookings are taken in the order they were made while seats last; the rest are refused with SoldOut.
    """
    lock_bookings(booking_ids)  # before the departures, as everywhere
    old_ids = Booking.objects.filter(pk__in=booking_ids).values_list("departure_id", flat=True)
    target = lock_departures({*old_ids, departure_id}).get(departure_id)
    if target is None:
        raise NotFound("The departure")
    room = target.seats_left

    def why_not(booking: Booking) -> Refused | None:
        nonlocal room
        if refusal := _why_not_move(booking, target, now):
            return refusal
        if booking.status in Booking.HOLDS_SEATS:
            if booking.party_size > room:
                return SoldOut(room)
            room -= booking.party_size
        return None

    outcome = sort_out(booking_ids, why_not)
    _move(outcome.done, target, actor, now, new_price=new_price)
    return outcome


def _why_not_move(booking: Booking, target: Departure, now: datetime) -> Refused | None:
    """Why this booking can't go to that departure, seats apart."""
    if refusal := why_not_change(booking, "reschedule"):
        return refusal
    if booking.departure_id == target.pk:
        return SameDeparture(booking.reference, target.code)
    if target.status != Departure.Status.OPEN or target.starts_at <= now:
        return why_not_take_seats(target, now)
    if booking.currency != target.currency:
        return OtherCurrency(booking.reference, booking.currency, target.code, target.currency)
    return None


def _move(bookings: Sequence[Booking], target: Departure, actor: Actor, now: datetime, *, new_price: bool) -> None:
    if not bookings:
        return
    held = seats_of(bookings)
    old_starts = {b.pk: moment(b.departure.starts_at, b.departure.trip) for b in bookings}
    entries = {b.pk: Rescheduled(before=b.departure.code, after=target.code) for b in bookings}
    before = {b.pk: b.total for b in bookings}
    target = Departure.objects.select_related("trip").get(pk=target.pk)
    for booking in bookings:
        booking.departure = target
        booking.balance_due_on = balance_due_on(target, now)
        if booking.status == Status.PENDING:
            booking.hold_expires_at = hold_until(target, now)
    if new_price:
        change_unit_price(bookings, target)
    fields = ["departure", "hold_expires_at", "balance_due_on", "unit_price", "total", "deposit_due"]
    Booking.objects.bulk_update(bookings, fields, batch_size=500)
    events = add_events(bookings, entries, actor=actor, now=now)
    _tell_prices([b for b in bookings if b.total != before[b.pk]], before, actor, now)
    emails.retract(bookings, reason="The booking was moved.")
    emails.queue_each(
        "booking_rescheduled",
        [(b, e, {"old_starts": old_starts[b.pk]}) for b, e in zip(bookings, events, strict=True)],
        now=now,
    )
    if new_price:
        confirm_covered(bookings, actor=actor, now=now)
    if wanted := sum(held.values()):
        take_seats(departure_id=target.pk, seats=wanted, now=now)
        give_back(held)


def _tell_prices(bookings: Sequence[Booking], before: Mapping[int, Decimal], actor: Actor, now: datetime) -> None:
    entries = {
        b.pk: PriceAdjusted(plain(b.total - before[b.pk]), plain(b.total), b.currency, "The new departure's price")
        for b in bookings
    }
    add_events(bookings, entries, actor=actor, now=now)
    settled = [b.topic for b in bookings if b.balance <= 0]
    outbox.withdraw(topics=settled, reason="Nothing is owed any more.", kinds=about_dues())
