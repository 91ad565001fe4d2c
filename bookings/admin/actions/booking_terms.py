"""The act “Change due date” on a booking."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.desk.actions import Act, Order, Wording
from bookings.forms.due_dates import DueDateForm
from bookings.models import Booking
from bookings.outcome import Outcome
from bookings.services import due_dates
from bookings.wording import money

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def change(order: Order) -> Outcome[Any]:
    [pk] = order.ids
    due_on = order.answers["due_on"]
    booking = due_dates.change_due_date(booking_id=pk, due_on=due_on, actor=order.actor, now=order.now)
    return Outcome([booking.reference])


def can_change(booking: Booking, _user: "User", _now: datetime) -> bool:
    return booking.allows("change_due_date") and booking.balance > 0


def effects(bookings: Sequence[Booking]) -> Iterator[str]:
    for booking in bookings:
        yield f"{money(booking.balance, booking.currency)} are still to pay."
    yield "Payment reminders follow the new day. Nobody is mailed now."


DUE_DATE = Act(
    name="due-date",
    label="Change due date",
    icon="event",
    permission="bookings.change_due_date_booking",
    question=Wording("By which day is {name} to be paid?", "By which day are {count} bookings to be paid?"),
    done=Wording("{name} has its new due date.", "{count} bookings have their new due date."),
    run=change,
    allows=can_change,
    effects=effects,
    form=DueDateForm,
    bulk=False,
)
