"""What is done to a booking's status."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.actors import Actor
from bookings.admin.effects import SHOWN, Bookings, mails, what_goes_back
from bookings.desk.actions import Action, Answers, RowAction, Wording, register
from bookings.forms.actions import ConfirmForm
from bookings.models import Booking
from bookings.outcome import Outcome
from bookings.services import transitions, waitlist
from bookings.wording import money

if TYPE_CHECKING:
    from django.contrib.auth.models import User


Status = Booking.Status


@register(Booking)
class Confirm(Action):
    name = "confirm"
    label = "Confirm"
    icon = "check_circle"
    permission = "bookings.confirm_booking"
    change = "confirm"
    question = Wording("Confirm {name}?", "Confirm {count} bookings?")
    done = Wording("{name} is confirmed.", "{count} bookings are confirmed.")
    form_class = ConfirmForm
    row_states = (Status.PENDING,)
    order = 10

    def allows(self, booking: Booking, user: "User", now: datetime) -> bool:
        paid = booking.staying >= booking.deposit_due
        return super().allows(booking, user, now) and (paid or user.has_perm("bookings.confirm_unpaid_booking"))

    def effects(self, bookings: Bookings) -> Iterator[str]:
        yield from mails("booking_confirmed", [b.customer for b in bookings if b.staying >= b.deposit_due])
        yield from what_goes_back(bookings)
        for booking in [b for b in bookings if b.staying < b.deposit_due][:SHOWN]:
            owed = money(booking.deposit_due - booking.staying, booking.currency)
            lacks = f"{booking.reference} lacks {owed} of its deposit"
            yield f"{lacks}: it is confirmed, and mailed, only with a reason below."

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[Any]:
        reason = answers.get("unpaid_reason", "")
        return transitions.confirm_bookings(booking_ids=ids, actor=actor, now=now, unpaid_reason=reason)


@register(Booking)
class Promote(Action):
    name = "promote"
    label = "Give seats"
    icon = "event_seat"
    permission = "bookings.promote_booking"
    change = "promote"
    question = Wording("Give {name} seats?", "Give {count} waiting bookings seats, oldest first?")
    done = Wording("{name} is off the waiting list and holds seats.", "{count} bookings are off the waiting list.")
    row_states = (Status.WAITLISTED,)
    order = 30

    def effects(self, bookings: Bookings) -> Iterator[str]:
        yield from what_goes_back(bookings)
        yield from mails("booking_promoted", [booking.customer for booking in bookings])

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[Any]:
        return waitlist.promote_bookings(booking_ids=ids, actor=actor, now=now)


@register(Booking)
class BringBack(RowAction):
    name = "bring-back"
    label = "Bring back"
    icon = "undo"
    permission = "bookings.reinstate_booking"
    change = "reinstate"
    question = Wording("Bring {name} back?", "Bring {count} bookings back?")
    done = Wording("{name} is back and holds its seats.", "{count} bookings are back.")
    order = 30

    def effects(self, bookings: Bookings) -> Iterator[str]:
        yield "It takes its seats again, if they are free."
        yield from what_goes_back(bookings)
        for booking in bookings:
            covered = booking.staying >= booking.deposit_due
            yield from mails("booking_confirmed" if covered else "booking_confirmation", [booking.customer])

    def run_one(self, pk: int, answers: Answers, actor: Actor, now: datetime) -> Booking:
        return transitions.reinstate_booking(booking_id=pk, actor=actor, now=now)
