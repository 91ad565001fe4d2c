"""Off the waiting list: in the order of arrival, the first group that fits."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from bookings import emails
from bookings.actors import SYSTEM, Actor
from bookings.models import Booking, Departure
from bookings.outcome import Outcome
from bookings.refusals.seats import SoldOut
from bookings.services.confirm import confirm_covered
from bookings.services.rows import change_status, sort_out, why_not_change
from bookings.services.seats import lock_departures, reread_departures, take_many, why_not_take_seats
from bookings.services.terms import hold_until
from bookings.timeline.status import StatusChanged

BATCH = 200


def promote_booking(*, booking_id: int, actor: Actor, now: datetime) -> Booking:
    """waitlisted → pending with a hold and its mail; SoldOut when the party doesn't fit."""
    return promote_bookings(booking_ids=[booking_id], actor=actor, now=now).single()


@transaction.atomic
def promote_bookings(*, booking_ids: Sequence[int], actor: Actor, now: datetime) -> Outcome[Booking]:
    """As many of these as fit, oldest first; the others are refused with SoldOut or the reason."""
    waiting = sort_out(booking_ids, lambda b: why_not_change(b, "promote"))
    outcome = Outcome[Booking](refused=waiting.refused)
    departures = lock_departures(b.departure_id for b in waiting.done)
    reread_departures(waiting.done)
    wanted: Counter[int] = Counter()
    for booking in waiting.done:
        departure = departures[booking.departure_id]
        room = departure.seats_left - wanted[departure.pk]
        if departure.status != Departure.Status.OPEN or departure.starts_at <= now:
            outcome.refused.append((booking.reference, why_not_take_seats(departure, now)))
        elif booking.party_size > room:
            outcome.refused.append((booking.reference, SoldOut(room)))
        else:
            wanted[departure.pk] += booking.party_size
            outcome.done.append(booking)
    if outcome.done:
        _promote(outcome.done, actor, now)
        take_many(wanted, now=now)
    return outcome


def _promote(bookings: Sequence[Booking], actor: Actor, now: datetime) -> None:
    pairs = change_status(bookings, Booking.Status.PENDING, actor=actor, now=now, entry=StatusChanged("seat_came_free"))
    for booking in bookings:
        booking.hold_expires_at = hold_until(booking.departure, now)
    Booking.objects.bulk_update(bookings, ["hold_expires_at"], batch_size=500)
    confirm_covered(bookings, actor=actor, now=now)
    emails.replace("booking_promoted", pairs, now=now, reason="A seat came free.")


def promote_waitlist(*, now: datetime) -> int:
    """The system's turn: every open departure with free seats and a queue. Returns how many bookings moved up."""
    waiting = Booking.objects.filter(
        status=Booking.Status.WAITLISTED,
        departure__status=Departure.Status.OPEN,
        departure__starts_at__gt=now,
        departure__seats_taken__lte=F("departure__capacity") - F("party_size"),
    )
    ids = list(waiting.order_by("departure_id", "pk").values_list("pk", flat=True)[:BATCH])
    return len(promote_bookings(booking_ids=ids, actor=SYSTEM, now=now).done)
