"""Taking a booking."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from bookings import emails
from bookings.actors import Actor
from bookings.models import Booking, Customer, Departure, Traveller
from bookings.references import new_reference
from bookings.refusals.party import PartyOutOfRange, TooManyTravellers
from bookings.services.api_limits import check_unpaid_seats
from bookings.services.confirm import confirm_covered
from bookings.services.lines import make_lines
from bookings.services.rows import add_events
from bookings.services.seats import take_seats
from bookings.services.terms import balance_due_on, deposit_for, hold_until, total_for
from notifications.refusals import NotFound, Refused

MAX_PARTY = 500


@dataclass(frozen=True)
class TravellerData:
    name: str
    category: str = Traveller.Category.ADULT
    notes: str = ""


def create_booking(
    *,
    departure_id: int,
    customer: Customer,
    party_size: int,
    actor: Actor,
    now: datetime,
    source: Booking.Source = Booking.Source.STAFF,
    travellers: Sequence[TravellerData] = (),
    notes: str = "",
    waitlist: bool = False,
    creation_key: str = "",
    integration: str = "",
) -> Booking:
    """A pending booking that holds seats, or (with `waitlist`) a place in the queue; the mail is queued with it.

    A second call with the same `creation_key` gives the first booking back. Raises SoldOut or another Refused.
    """
    if known := _made_before(creation_key):
        return known
    if not 1 <= party_size <= MAX_PARTY:
        raise PartyOutOfRange(MAX_PARTY)
    if len(travellers) > party_size:
        raise TooManyTravellers(len(travellers), party_size)
    try:
        with transaction.atomic():
            departure = _locked(departure_id, 0 if waitlist else party_size, now)
            booking = _draft(departure, customer, party_size, now)
            booking.source, booking.notes, booking.creation_key = source, notes, creation_key
            booking.integration = integration
            return _save(booking, travellers, waitlist=waitlist, actor=actor, now=now)
    except (IntegrityError, Refused):  # a double click: the other request was first, perhaps with the last seats
        if known := _made_before(creation_key):
            return known
        raise


def _made_before(creation_key: str) -> Booking | None:
    return Booking.objects.filter(creation_key=creation_key).first() if creation_key else None


def _locked(departure_id: int, seats: int, now: datetime) -> Departure:
    """Take the seats first: that locks the departure, so that price and times are read as they stay.

    Who waits takes none, but the departure must still be open when this commits.
    """
    try:
        take_seats(departure_id=departure_id, seats=seats, now=now)
    except Departure.DoesNotExist:
        raise NotFound("The departure") from None
    return Departure.objects.select_related("trip").get(pk=departure_id)


def _draft(departure: Departure, customer: Customer, party_size: int, now: datetime) -> Booking:
    total = total_for(unit_price=departure.price, party_size=party_size)
    return Booking(
        reference=new_reference(),
        departure=departure,
        customer=customer,
        party_size=party_size,
        currency=departure.currency,
        unit_price=departure.price,
        total=total,
        deposit_due=deposit_for(trip=departure.trip, total=total, party_size=party_size),
        paid=Decimal(0),
        balance_due_on=balance_due_on(departure, now),
        created_at=now,
    )


def _save(
    booking: Booking, travellers: Sequence[TravellerData], *, waitlist: bool, actor: Actor, now: datetime
) -> Booking:
    departure, to = booking.departure, Booking.Status.WAITLISTED if waitlist else Booking.Status.PENDING
    if not waitlist:
        booking.hold_expires_at = hold_until(departure, now)
    booking.status = to
    booking.save(force_insert=True)
    Traveller.objects.bulk_create(
        Traveller(booking=booking, name=t.name, category=t.category, notes=t.notes) for t in travellers
    )
    make_lines([booking])
    [event] = add_events([booking], None, kind="created", was="", to=to, actor=actor, now=now)
    confirm_covered([booking], actor=actor, now=now)  # where nothing is due in advance
    emails.queue("booking_waitlisted" if waitlist else "booking_confirmation", [(booking, event)], now=now)
    if booking.integration and not waitlist:
        check_unpaid_seats(booking, now=now)
    return booking
