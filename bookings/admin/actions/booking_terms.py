"""What a booking agreed on: its departure, its party, and by when it is paid."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.actors import Actor
from bookings.admin.effects import Bookings, mails, what_goes_back
from bookings.desk.actions import Action, Answers, RowAction, Wording, register
from bookings.forms.actions import PartySizeForm, RescheduleForm
from bookings.forms.due_dates import DueDateForm
from bookings.models import Booking
from bookings.outcome import Outcome
from bookings.services import due_dates, moving, party_size
from bookings.wording import money

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@register(Booking)
class Reschedule(Action):
    name = "reschedule"
    label = "Move to another date"
    icon = "event_repeat"
    permission = "bookings.reschedule_booking"
    change = "reschedule"
    question = Wording("Move {name} to another departure?", "Move {count} bookings to another departure?")
    done = Wording("{name} is moved.", "{count} bookings are moved.")
    form_class = RescheduleForm
    order = 40

    def effects(self, bookings: Bookings) -> Iterator[str]:
        yield from what_goes_back(bookings)
        yield from mails("booking_rescheduled", [booking.customer for booking in bookings])

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[Any]:
        departure_id, new_price = answers["departure"], answers["price"] == "new"
        return moving.reschedule_bookings(
            booking_ids=ids, departure_id=departure_id, new_price=new_price, actor=actor, now=now
        )


@register(Booking)
class ChangeParty(RowAction):
    name = "party"
    label = "Change party size"
    icon = "group"
    permission = "bookings.reschedule_booking"
    change = "change_party"
    question = Wording("Change the party of {name}?", "Change the party of {count} bookings?")
    done = Wording("{name} has its new party size.", "{count} bookings have their new party size.")
    form_class = PartySizeForm
    order = 40

    def effects(self, bookings: Bookings) -> Iterator[str]:
        for booking in bookings:
            yield f"The price stays {money(booking.unit_price, booking.currency)} a person; total and deposit follow."
        yield from what_goes_back(bookings)
        yield from mails("booking_changed", [b.customer for b in bookings])

    def run_one(self, pk: int, answers: Answers, actor: Actor, now: datetime) -> Booking:
        return party_size.change_party_size(booking_id=pk, party_size=answers["party_size"], actor=actor, now=now)


@register(Booking)
class ChangeDueDate(RowAction):
    name = "due-date"
    label = "Change due date"
    icon = "event"
    permission = "bookings.change_due_date_booking"
    change = "change_due_date"
    question = Wording("By which day is {name} to be paid?", "By which day are {count} bookings to be paid?")
    done = Wording("{name} has its new due date.", "{count} bookings have their new due date.")
    form_class = DueDateForm
    order = 40

    def allows(self, booking: Booking, user: "User", now: datetime) -> bool:
        return super().allows(booking, user, now) and booking.balance > 0

    def effects(self, bookings: Bookings) -> Iterator[str]:
        for booking in bookings:
            yield f"{money(booking.balance, booking.currency)} are still to pay."
        yield "Payment reminders follow the new day. Nobody is mailed now."

    def run_one(self, pk: int, answers: Answers, actor: Actor, now: datetime) -> Booking:
        return due_dates.change_due_date(booking_id=pk, due_on=answers["due_on"], actor=actor, now=now)
