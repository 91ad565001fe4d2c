"""Which mail a booking's change means, and the facts that go into it (see notifications.catalogue)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from bookings.models import Booking, BookingEvent, Trip
from notifications import outbox

# Mails whose facts a change of the booking makes untrue.
ABOUT_SEATS = (
    "booking_confirmation",
    "booking_confirmed",
    "booking_waitlisted",
    "booking_rescheduled",
    "booking_changed",
    "departure_reminder",
)


def queue(
    kind: str, pairs: Sequence[tuple[Booking, BookingEvent]], *, now: datetime, facts: dict[str, Any] | None = None
) -> None:
    """Queue one mail a booking; the timeline row names the occurrence, so each change mails at most once."""
    queue_each(kind, [(booking, event, facts or {}) for booking, event in pairs], now=now)


def queue_each(kind: str, rows: Iterable[tuple[Booking, BookingEvent, dict[str, Any]]], *, now: datetime) -> None:
    """As `queue`, with facts of each booking's own."""
    outbox.enqueue([mail(kind, b, f"{event.pk}", facts=facts) for b, event, facts in rows], now=now)


def replace(
    kind: str,
    pairs: Sequence[tuple[Booking, BookingEvent]],
    *,
    now: datetime,
    reason: str,
    facts: dict[str, Any] | None = None,
) -> None:
    """Withdraw what is unsent and no longer true, then queue the new mail."""
    withdraw([booking for booking, _event in pairs], reason=reason)
    queue(kind, pairs, now=now, facts=facts)


def withdraw(bookings: Iterable[Booking], *, reason: str, kinds: Collection[str] = ABOUT_SEATS) -> int:
    return outbox.withdraw(topics=[b.topic for b in bookings], reason=reason, kinds=kinds)


def mail(
    kind: str, booking: Booking, occurrence: str, *, facts: dict[str, Any] | None = None, due_at: datetime | None = None
) -> outbox.Mail:
    """One mail to the booking's customer. The booking needs departure, trip and customer loaded."""
    return outbox.Mail(
        kind=kind,
        topic=booking.topic,
        recipient=booking.customer.email,
        language=booking.customer.language,
        context=booking_facts(booking) | (facts or {}),
        dedupe_key=f"{booking.topic}:{kind}:{occurrence}",
        due_at=due_at,
    )


def booking_facts(booking: Booking) -> dict[str, Any]:
    """The facts of notifications.catalogue.TRIP; times are written out in the trip's time zone."""
    departure, trip = booking.departure, booking.departure.trip
    owed = booking.balance > 0 and booking.status in (Booking.Status.PENDING, Booking.Status.CONFIRMED)
    return {
        "customer_name": booking.customer.name,
        "reference": booking.reference,
        "trip": trip.name,
        "destination": trip.destination,
        "starts": written_out(departure.starts_at, trip),
        "ends": written_out(departure.ends_at, trip),
        "time_zone": trip.time_zone,
        "party_size": booking.party_size,
        "travellers": [t.name for t in booking.travellers.all()],
        "currency": booking.currency,
        "total": f"{booking.total:.2f}",
        "deposit_due": f"{booking.deposit_due:.2f}",
        "paid": f"{booking.paid:.2f}",
        "balance": f"{booking.balance:.2f}",
        "status": str(Booking.Status(booking.status).label),
        "hold_until": written_out(booking.hold_expires_at, trip) if booking.hold_expires_at else "",
        "how_to_pay": settings.PAYMENT_INSTRUCTIONS if owed else "",
    }


def written_out(moment: datetime, trip: Trip) -> str:
    """Such as Tue 24 November 2026, 07:30, in the trip's time zone."""
    return moment.astimezone(trip.zone).strftime("%a %-d %B %Y, %H:%M")
