"""Putting departures on sale, and taking them off."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.actors import Actor
from bookings.admin.effects import mails
from bookings.desk.actions import Action, Answers, Wording, register
from bookings.forms.actions import ReasonForm
from bookings.models import Booking, Departure
from bookings.outcome import Outcome
from bookings.services import departures
from bookings.wording import people

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class DepartureAction(Action):
    permission = "bookings.change_departure_status"

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[Any]:
        return departures.change_departures(departure_ids=ids, change=self.change, now=now)


@register(Departure)
class Open(DepartureAction):
    name = "open"
    label = "Open for booking"
    icon = "lock_open"
    change = "open"
    question = Wording("Open {name} for booking?", "Open {count} departures for booking?")
    done = Wording("{name} is open.", "{count} departures are open.")

    def allows(self, departure: Departure, user: "User", now: datetime) -> bool:
        return super().allows(departure, user, now) and departure.starts_at > now


@register(Departure)
class Close(DepartureAction):
    name = "close"
    label = "Close"
    icon = "lock"
    change = "close"
    question = Wording("Close {name}?", "Close {count} departures?")
    done = Wording("{name} is closed.", "{count} departures are closed.")

    def effects(self, rows: Sequence[Departure]) -> list[str]:
        return ["No more bookings are taken; those that are there stay."]


@register(Departure)
class Cancel(DepartureAction):
    name = "cancel"
    label = "Cancel departure"
    icon = "cancel"
    change = "cancel"
    question = Wording("Cancel {name} with all its bookings?", "Cancel {count} departures with all their bookings?")
    done = Wording("{name} is cancelled.", "{count} departures are cancelled.")
    form_class = ReasonForm
    danger = True

    def effects(self, rows: Sequence[Departure]) -> Iterator[str]:
        live = Booking.objects.filter(departure__in=rows, status__in=Booking.LIVE).select_related("customer")
        bookings = list(live)
        if not bookings:
            yield "No live bookings are on it."
            return
        seats = sum(booking.party_size for booking in bookings)
        plural = "booking" if len(bookings) == 1 else "bookings"
        yield f"{len(bookings)} live {plural} for {people(seats)} will be cancelled."
        yield from mails("booking_cancelled", [booking.customer for booking in bookings])

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[Any]:
        """The bookings that were cancelled along stand in the message."""
        outcome, cancelled = departures.cancel_departures(
            departure_ids=ids, reason=answers["reason"], actor=actor, now=now
        )
        if outcome.done and cancelled:
            outcome.note = f"{cancelled} {'booking was' if cancelled == 1 else 'bookings were'} cancelled with it."
        return outcome
