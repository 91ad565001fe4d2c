"""How departures, customers, money and times are written for staff, in lists, choices and questions."""

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


def departure_choice(departure: Departure) -> str:
    left = "full" if departure.seats_left <= 0 else f"{departure.seats_left} of {departure.capacity} seats left"
    trip = departure.trip
    parts = [trip.name, local_time(departure.starts_at, trip), left, money(departure.price, departure.currency)]
    return " · ".join([*parts, departure.code])


def customer_choice(customer: Customer) -> str:
    return " · ".join(part for part in (customer.name, customer.phone, customer.email) if part)
