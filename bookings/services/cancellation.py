"""What a trip's terms give back of the money when a booking is cancelled."""

from datetime import datetime

from bookings.models import Booking, BookingEvent, Departure
from bookings.models.trips import TIER


def percent_back(tiers: str, days: int) -> int:
    """Of "30:100, 14:50" (days before the departure : percent), the tier that `days` still reaches; else nothing."""
    found = [
        (int(match["days"]), int(match["percent"])) for tier in tiers.split(",") if (match := TIER.fullmatch(tier))
    ]
    return next((percent for at_least, percent in sorted(found, reverse=True) if days >= at_least), 0)


def days_before(departure: Departure, moment: datetime) -> int:
    """Calendar days in the trip's time zone, as customers count them; negative once it has left."""
    zone = departure.trip.zone
    return (departure.starts_at.astimezone(zone).date() - moment.astimezone(zone).date()).days


def cancelled_at(booking: Booking) -> datetime | None:
    """When it was cancelled or expired the last time; None while it is alive. Uses what is prefetched of its events."""
    if booking.status not in Booking.GONE:
        return None
    ends: list[BookingEvent] = [event for event in booking.events.all() if event.to_status == booking.status]
    return ends[-1].created_at if ends else booking.updated_at
