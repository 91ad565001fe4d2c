"""Cancelling a booking, with what goes back said before."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from bookings.actors import Actor
from bookings.admin.effects import SHOWN, Bookings, mails, what_goes_back
from bookings.desk.actions import Action, Answers, Wording, register
from bookings.forms.actions import ReasonForm
from bookings.models import Booking
from bookings.outcome import Outcome
from bookings.services import transitions
from bookings.wording import money


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
