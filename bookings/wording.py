"""How departures, customers, money and times are written for staff, in lists, choices and questions."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.utils.formats import number_format

from bookings.models import Booking, Customer, Departure, Trip


def money(amount: Decimal, currency: str) -> str:
    """Such as ETB 12,500.00."""
    return f"{currency} {number_format(amount, decimal_pos=2, force_grouping=True)}"


def still_to_pay(booking: Booking) -> str:
    """What is owed, or was paid too much; empty in a state that owes nothing, such as cancelled."""
    if booking.status not in Booking.HOLDS_SEATS:
        return ""
    if booking.balance < 0:
        return f"{money(-booking.balance, booking.currency)} too much paid"
    return f"{money(booking.balance, booking.currency)} to pay" if booking.balance else "Paid in full"


def going_back(booking: Booking) -> str:
    """A sentence about money that is paid and counts no more; empty where there is none."""
    if not booking.going_back:
        return ""
    amount = money(booking.going_back, booking.currency)
    return f"{amount} of what {booking.reference} has paid is on its way back and doesn't count."


def people(number: int) -> str:
    return f"{number} {'person' if number == 1 else 'people'}"


def time_left(until: datetime, now: datetime) -> str:
    """Of a hold, such as “14 h left”."""
    hours, seconds = divmod(int((until - now).total_seconds()), 3600)
    if hours < 0:
        return "hold over"
    if hours >= 72:
        return f"{hours // 24} days left"
    return f"{hours} h left" if hours else f"{seconds // 60} min left"


def local_time(moment: datetime, trip: Trip) -> str:
    """In the trip's time zone, which is named where it isn't the office's: Tue 24 Nov 2026, 07:30."""
    text = f"{moment.astimezone(trip.zone):%a %-d %b %Y, %H:%M}"
    return text if trip.time_zone == settings.TIME_ZONE else f"{text} ({trip.time_zone})"


@dataclass(frozen=True)
class Agreed:
    """What the parties that are to move have agreed on: the sum of their prices, in one currency."""

    total: Decimal
    currency: str
    people: int
    parties: int = 1

    def against(self, departure: Departure) -> str:
        """How much more or less the same people would pay there today, such as “+ETB 500.00 for the party”."""
        if departure.currency != self.currency:
            return f"sold in {departure.currency}, not in {self.currency}"
        difference = departure.price * self.people - self.total
        if not difference:
            return "same price"
        sign = "+" if difference > 0 else "−"
        whom = "for the party" if self.parties == 1 else f"for the {self.parties} parties"
        return f"{sign}{money(abs(difference), self.currency)} {whom}"


def departure_choice(departure: Departure, agreed: Agreed | None = None) -> str:
    """`agreed`: of those who would move there; without it the price a person."""
    left = "full" if departure.seats_left <= 0 else f"{departure.seats_left} of {departure.capacity} seats left"
    price = agreed.against(departure) if agreed else money(departure.price, departure.currency)
    trip = departure.trip
    return " · ".join([trip.name, local_time(departure.starts_at, trip), left, price, departure.code])


def customer_choice(customer: Customer) -> str:
    return " · ".join(part for part in (customer.name, customer.phone, customer.email) if part)
