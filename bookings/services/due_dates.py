"""The day by which all is to be paid, and who has let it pass."""

from collections import defaultdict
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, Q, QuerySet

from bookings.actors import Actor
from bookings.errors import Refused
from bookings.models import Booking, Trip
from bookings.services.rows import add_events, not_allowed, sort_out
from bookings.timeline import DueDateChanged
from notifications import outbox

Status = Booking.Status


@transaction.atomic
def change_due_date(*, booking_id: int, due_on: date, actor: Actor, now: datetime) -> Booking:
    """Set the last day to pay all, in the trip's time zone; reminders of the old day that wait are withdrawn.

    Refused: a day that is over, one after the departure, the day that it is already.
    """

    def check(booking: Booking) -> Refused | None:
        return not_allowed(booking, "change_due_date") or _unfit(booking, due_on, now)

    booking = sort_out([booking_id], check).single()
    before = booking.balance_due_on
    Booking.objects.filter(pk=booking.pk).update(balance_due_on=due_on, updated_at=now)
    booking.balance_due_on = due_on
    entry = DueDateChanged(before=before.isoformat() if before else "", after=due_on.isoformat())
    add_events([booking], entry, actor=actor, now=now)
    outbox.withdraw(topics=[booking.topic], reason="The day to pay by was changed.", kinds=["payment_reminder"])
    return booking


def _unfit(booking: Booking, due_on: date, now: datetime) -> Refused | None:
    zone = booking.departure.trip.zone
    if due_on == booking.balance_due_on:
        return Refused("due_date", f"{booking.reference} is to be paid by that day already.")
    if due_on < now.astimezone(zone).date():
        return Refused("due_date", "That day is over. Choose today or a later one.")
    if due_on > booking.departure.starts_at.astimezone(zone).date():
        return Refused("due_date", "Choose a day up to the departure: all is to be paid before it leaves.")
    return None


def overdue(bookings: QuerySet[Booking], now: datetime) -> QuerySet[Booking]:
    """Those of which Booking.is_overdue is true: their day is over where the trip is. One statement more, for zones."""
    zones: dict[date, list[str]] = defaultdict(list)
    for name in Trip.objects.order_by().values_list("time_zone", flat=True).distinct():
        zones[now.astimezone(ZoneInfo(name)).date()].append(name)
    over = Q(pk__in=[])
    for today, names in zones.items():
        over |= Q(balance_due_on__lt=today, departure__trip__time_zone__in=names)
    return bookings.filter(over, status__in=Booking.OWING, paid__lt=F("total") + F("going_back"))
