"""The buttons of bookings and departures."""
