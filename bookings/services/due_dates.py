"""The day by which all is to be paid, and who has let it pass."""

from datetime import date, datetime

from django.db import transaction

from bookings.actors import Actor
from bookings.models import Booking
from bookings.refusals.due_dates import DueAfterDeparture, DueDateOver, SameDueDate
from bookings.services.rows import add_events, sort_out, why_not_change
from bookings.timeline.changes import DueDateChanged
from notifications import outbox
from notifications.refusals import Refused

Status = Booking.Status


@transaction.atomic
def change_due_date(*, booking_id: int, due_on: date, actor: Actor, now: datetime) -> Booking:
    """Set the last day to pay all, in the trip's time zone; reminders of the old day that wait are withdrawn.

    Refused: a day that is over, one after the departure, the day that it is already.
    """

    def why_not(booking: Booking) -> Refused | None:
        return why_not_change(booking, "change_due_date") or _why_not_fall_due(booking, due_on, now)

    booking = sort_out([booking_id], why_not).single()
    before = booking.balance_due_on
    Booking.objects.filter(pk=booking.pk).update(balance_due_on=due_on, updated_at=now)
    booking.balance_due_on = due_on
    entry = DueDateChanged(before=before.isoformat() if before else "", after=due_on.isoformat())
    add_events([booking], entry, actor=actor, now=now)
    outbox.withdraw(topics=[booking.topic], reason="The day to pay by was changed.", kinds=["payment_reminder"])
    return booking


def _why_not_fall_due(booking: Booking, due_on: date, now: datetime) -> Refused | None:
    zone = booking.departure.trip.zone
    if due_on == booking.balance_due_on:
        return SameDueDate(booking.reference)
    if due_on < now.astimezone(zone).date():
        return DueDateOver()
    if due_on > booking.departure.starts_at.astimezone(zone).date():
        return DueAfterDeparture()
    return None
