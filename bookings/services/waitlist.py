"""Off the waiting list: in the order of arrival, the first group that fits."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from bookings import emails
from bookings.actors import SYSTEM, Actor
from bookings.errors import Refused
from bookings.models import Booking, Departure
from bookings.services.outcome import Outcome, change_status, sort_out
from bookings.services.seats import take_seats
from bookings.services.taking import hold_until
from bookings.services.transitions import not_in

BATCH = 200


@transaction.atomic
def promote_booking(*, booking_id: int, actor: Actor, now: datetime) -> Booking:
    """waitlisted → pending with a hold and its mail; SoldOut when the party doesn't fit."""
    outcome = sort_out([booking_id], lambda b: not_in(b, [Booking.Status.WAITLISTED], "moved off the waiting list"))
    booking = outcome.single()
    hold = hold_until(booking.departure, now)
    pairs = change_status(
        [booking], Booking.Status.PENDING, actor=actor, now=now, text="A seat came free", hold_expires_at=hold
    )
    emails.replace("booking_confirmation", pairs, now=now, reason="A seat came free.")
    take_seats(departure_id=booking.departure_id, seats=booking.party_size, now=now)
    return booking


def promote_bookings(*, booking_ids: Sequence[int], actor: Actor, now: datetime) -> Outcome:
    """As many of these as fit, each in its own transaction, oldest first."""
    outcome = Outcome()
    for pk, reference in Booking.objects.filter(pk__in=booking_ids).order_by("pk").values_list("pk", "reference"):
        try:
            outcome.done.append(promote_booking(booking_id=pk, actor=actor, now=now))
        except Refused as refusal:
            outcome.refused.append((reference, refusal))
    return outcome


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
