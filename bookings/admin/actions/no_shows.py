"""Who wasn't there when the departure left."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.actors import Actor
from bookings.admin.effects import Bookings
from bookings.desk.actions import Action, Answers, Wording, register
from bookings.models import Booking
from bookings.outcome import Outcome
from bookings.services import departed

if TYPE_CHECKING:
    from django.contrib.auth.models import User


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
