"""The pages of bookings. payments adds its panels and acts to the booking page from payments/admin."""

from bookings.admin.bookings import BookingAdmin
from bookings.admin.customers import CustomerAdmin
from bookings.admin.departures import DepartureAdmin
from bookings.admin.trips import TripAdmin

__all__ = ["BookingAdmin", "CustomerAdmin", "DepartureAdmin", "TripAdmin"]
