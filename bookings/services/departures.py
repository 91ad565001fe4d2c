"""Putting departures on sale and taking them off."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from bookings.actors import Actor
from bookings.errors import NotFound, Refused
from bookings.models import Booking, Departure, Trip
from bookings.services.outcome import Outcome
from bookings.services.transitions import cancel_bookings, need_reason

Status = Departure.Status


def departure_code(trip: Trip, starts_at: datetime) -> str:
    """Such as LAL-A-20260701-0730: unique, since a trip departs once at a time (in its own time zone)."""
    return f"{trip.code}-{starts_at.astimezone(trip.zone):%Y%m%d-%H%M}"


@dataclass(frozen=True)
class StatusChange:
    """A departure's move from one of `allowed` to `to`; `verb` is the word for it in a refusal."""

    allowed: tuple[Status, ...]
    to: Status
    verb: str


OPEN = StatusChange((Status.DRAFT, Status.CLOSED), Status.OPEN, "opened")
CLOSE = StatusChange((Status.OPEN,), Status.CLOSED, "closed")
CANCEL = StatusChange((Status.DRAFT, Status.OPEN, Status.CLOSED), Status.CANCELLED, "cancelled")


def change_departure_status(*, departure_id: int, change: StatusChange, now: datetime) -> Departure:
    """Compare and set; the second of two clerks is told."""
    departure = Departure.objects.filter(pk=departure_id).first()
    if departure is None:
        raise NotFound("The departure")
    if change is OPEN and departure.starts_at <= now:
        raise Refused("departed", f"{departure.code} has already left and can't be opened.")
    if not Departure.objects.filter(pk=departure_id, status__in=change.allowed).update(status=change.to):
        departure.refresh_from_db(fields=["status"])
        state = departure.get_status_display().lower()
        raise Refused("wrong_status", f"{departure.code} is {state} and can't be {change.verb}.")
    departure.status = change.to
    return departure


@transaction.atomic
def cancel_departure(*, departure_id: int, reason: str, actor: Actor, now: datetime) -> Outcome:
    """Cancel it and every live booking on it; each customer is mailed the reason."""
    reason = need_reason(reason)
    live = Booking.objects.filter(departure=departure_id, status__in=("waitlisted", "pending", "confirmed"))
    outcome = Outcome()
    if ids := list(live.values_list("pk", flat=True)):
        outcome = cancel_bookings(booking_ids=ids, reason=reason, actor=actor, now=now)
    change_departure_status(departure_id=departure_id, change=CANCEL, now=now)
    if late := list(live.values_list("pk", flat=True)):  # booked while we cancelled; none can follow now
        outcome.done += cancel_bookings(booking_ids=late, reason=reason, actor=actor, now=now).done
    return outcome
