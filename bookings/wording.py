"""How departures, customers, money and times are written for staff, in lists, choices and questions."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.utils.formats import number_format

from bookings.models import Customer, Departure, Trip


def money(amount: Decimal, currency: str) -> str:
    """Such as ETB 12,500.00."""
    return f"{currency} {number_format(amount, decimal_pos=2, force_grouping=True)}"


def people(number: int) -> str:
    return f"{number} {'person' if number == 1 else 'people'}"


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
