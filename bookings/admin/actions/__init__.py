"""The buttons of bookings and departures: a class each, which registers itself for its model."""

from bookings.admin.actions import booking_mail, booking_terms, bookings, cancel, departures, no_shows, price

__all__ = ["booking_mail", "booking_terms", "bookings", "cancel", "departures", "no_shows", "price"]
