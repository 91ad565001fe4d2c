"""Trips, their dated departures, and the bookings on them.

Money is Decimal with two places in the row's own `currency`; times are UTC, shown in the trip's time zone.
Nothing here has side effects: states change in bookings.services only.
"""

from bookings.models.api import EVERY_BOOKING, SCOPES, ApiKey, ApiMailCount, ApiRequest
from bookings.models.customers import Customer
from bookings.models.departures import Departure
from bookings.models.events import BookingEvent
from bookings.models.lines import BookingLine
from bookings.models.money import CURRENCIES, DecimalField, Money
from bookings.models.sales import Booking
from bookings.models.travellers import Traveller
from bookings.models.trips import TIER, Trip, check_tiers, check_time_zone

__all__ = [
    "CURRENCIES",
    "EVERY_BOOKING",
    "SCOPES",
    "TIER",
    "ApiKey",
    "ApiMailCount",
    "ApiRequest",
    "Booking",
    "BookingEvent",
    "BookingLine",
    "Customer",
    "DecimalField",
    "Departure",
    "Money",
    "Traveller",
    "Trip",
    "check_tiers",
    "check_time_zone",
]
