"""What is done to a booking's status. What the other actions on bookings share stands here, too."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.actors import Actor
from bookings.admin.effects import mails
from bookings.desk.actions import Action, Answers, RowAction, Wording, register
from bookings.forms.actions import ConfirmForm, ReasonForm
from bookings.models import Booking
from bookings.outcome import Outcome
from bookings.services import departed, transitions, waitlist
from bookings.wording import going_back, money

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Status = Booking.Status
Bookings = Sequence[Booking]
SHOWN = 10  # bookings named one by one


def what_goes_back(bookings: Bookings) -> Iterator[str]:
    yield from [text for text in map(going_back, bookings) if text][:SHOWN]


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


@register(Booking)
class MarkNoShow(Action):
    name = "no-show"
    label = "Mark no-show"
    icon = "person_off"
    permission = "bookings.mark_no_show_booking"
    change = "mark_no_show"
    question = Wording("Did {name} not show up?", "Did these {count} bookings not show up?")
    done = Wording("{name} is marked as a no-show.", "{count} bookings are marked as no-shows.")
    order = 50

    def allows(self, booking: Booking, user: "User", now: datetime) -> bool:
        return super().allows(booking, user, now) and booking.departure.starts_at <= now

    def effects(self, bookings: Bookings) -> list[str]:
        return ["The seats stay taken, and nobody is mailed."]

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[Any]:
        return departed.mark_no_shows(booking_ids=ids, actor=actor, now=now)


@register(Booking)
class UndoNoShow(Action):
    name = "was-there"
    label = "Undo no-show"
    icon = "how_to_reg"
    permission = "bookings.mark_no_show_booking"
    change = "unmark_no_show"
    question = Wording("Undo the no-show of {name}?", "Undo the no-show of these {count} bookings?")
    done = Wording("{name} is no longer a no-show.", "{count} bookings are no longer no-shows.")
    order = 50

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[Any]:
        return departed.unmark_no_shows(booking_ids=ids, actor=actor, now=now)


@register(Booking)
class Cancel(Action):
    name = "cancel"
    label = "Cancel booking"
    icon = "cancel"
    permission = "bookings.cancel_booking"
    change = "cancel"
    question = Wording("Cancel {name}?", "Cancel {count} bookings?")
    done = Wording("{name} is cancelled.", "{count} bookings are cancelled.")
    form_class = ReasonForm
    danger = True
    order = 110

    def effects(self, bookings: Bookings) -> Iterator[str]:
        seats = sum(b.party_size for b in bookings if b.status in Booking.HOLDS_SEATS)
        if seats:
            yield f"{seats} {'seat comes' if seats == 1 else 'seats come'} free."
        for booking in [b for b in bookings if b.paid > 0][:SHOWN]:
            yield f"{booking.reference} has {money(booking.paid, booking.currency)} paid, which stays on the booking."
        yield from what_goes_back(bookings)
        yield from mails("booking_cancelled", [b.customer for b in bookings])

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[Any]:
        return transitions.cancel_bookings(booking_ids=ids, reason=answers["reason"], actor=actor, now=now)
