"""Another party size for a live booking: its seats, its total, its deposit."""

from datetime import datetime

from django.db import transaction

from bookings import emails
from bookings.actors import Actor
from bookings.models import Booking
from bookings.refusals.party import PartyOutOfRange, TravellersNamed
from bookings.services.confirm import confirm_covered
from bookings.services.create import MAX_PARTY
from bookings.services.lines import change_seats, mend
from bookings.services.rows import add_events, sort_out, why_not_change
from bookings.services.seats import give_back, take_seats
from bookings.services.terms import deposit_for
from bookings.timeline.changes import PartyChanged


@transaction.atomic
def change_party_size(*, booking_id: int, party_size: int, actor: Actor, now: datetime) -> Booking:
    """Take or give back the difference; total and deposit follow the agreed price a person."""
    booking = sort_out([booking_id], lambda b: why_not_change(b, "change_party")).single()
    old, more = booking.party_size, party_size - booking.party_size
    _check_size(booking, party_size)
    if not more:
        return booking
    mend([booking])
    booking.party_size = party_size
    booking.total = change_seats(booking)
    booking.deposit_due = deposit_for(trip=booking.departure.trip, total=booking.total, party_size=party_size)
    booking.save(update_fields=["party_size", "total", "deposit_due", "updated_at"])
    [event] = add_events([booking], PartyChanged(before=old, after=party_size), actor=actor, now=now)
    confirm_covered([booking], actor=actor, now=now)  # a smaller deposit may be covered
    facts = {"old_party_size": old}
    emails.replace("booking_changed", [(booking, event)], now=now, reason="The party changed.", facts=facts)
    if booking.status in Booking.HOLDS_SEATS:
        if more > 0:
            take_seats(departure_id=booking.departure_id, seats=more, now=now)
        else:
            give_back({booking.departure_id: -more})
    return booking


def _check_size(booking: Booking, party_size: int) -> None:
    if not 1 <= party_size <= MAX_PARTY:
        raise PartyOutOfRange(MAX_PARTY)
    if party_size < (named := booking.travellers.count()):
        raise TravellersNamed(named)
