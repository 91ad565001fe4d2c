"""What a booking costs, and by when: total, deposit, hold, due date."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from bookings.models import Departure, Trip
from bookings.refusals.party import PartyTooCostly

CENT = Decimal("0.01")
MAX_TOTAL = Decimal("9999999999.99")  # what a column of money holds


def total_for(*, unit_price: Decimal, party_size: int) -> Decimal:
    """In the unit price's currency; Refused when no amount of money can be that large."""
    total = unit_price * party_size
    if total > MAX_TOTAL:
        raise PartyTooCostly(party_size, unit_price, MAX_TOTAL)
    return total


def hold_until(departure: Departure, now: datetime) -> datetime:
    """The hold ends after the trip's hold hours, and never after the departure."""
    return min(now + timedelta(hours=departure.trip.hold_hours), departure.starts_at)


def balance_due_on(departure: Departure, now: datetime) -> date:
    """The last day on which all may be paid, in the trip's time zone; today when it would be over already."""
    trip = departure.trip
    day = departure.starts_at.astimezone(trip.zone).date() - timedelta(days=trip.balance_due_days)
    return max(day, now.astimezone(trip.zone).date())


def deposit_for(*, trip: Trip, total: Decimal, party_size: int) -> Decimal:
    """What must be paid before the booking is confirmed, in the booking's currency; never more than the total."""
    if trip.deposit_type == Trip.Deposit.PERCENT:
        return (total * trip.deposit_value / 100).quantize(CENT, ROUND_HALF_UP)
    if trip.deposit_type == Trip.Deposit.FIXED:
        return min(total, trip.deposit_value * party_size)
    return Decimal(0)
