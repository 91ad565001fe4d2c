"""What a mail may say of a booking, as plain values (see notifications.kinds)."""

from datetime import datetime
from typing import Any, Final

from django.conf import settings

from bookings.links import can_pay_online, pay_url
from bookings.models import Booking, Trip
from bookings.names import harmless_name
from notifications import words

TRIP: Final[dict[str, Any]] = {
    "customer_name": "Almaz Tesfaye",
    "reference": "TD-7K3M9QX2",
    "trip": "Lalibela highlands",
    "destination": "Lalibela, Ethiopia",
    "starts": "2026-11-24 07:30+03:00",
    "ends": "2026-11-27 18:00+03:00",
    "time_zone": "Africa/Addis_Ababa",
    "party_size": 2,
    "travellers": ["Almaz Tesfaye", "Yonas Tesfaye"],
    "currency": "ETB",
    "total": "3000.00",
    "deposit_due": "900.00",
    "paid": "0.00",
    "balance": "3000.00",
    "overpaid": "",  # what was paid beyond the total
    "status": "pending",
    "hold_until": "2026-11-24 10:00+03:00",  # empty when nothing is held
    "due_now": "900.00",  # what is asked next: the rest of the deposit, else the balance
    "balance_due": "2026-11-10",  # the last day on which all may be paid; empty when nothing is owed
    "how_to_pay": "Pay at our office in cash.",  # empty when nothing is owed
    "pay_url": "https://desk.example.com/pay/TD-7K3M9QX2.sample/",  # empty where nothing can be paid online
}
FACTS: Final = frozenset(TRIP)
# What a mail says of the booking itself. The sums in a mail about money are those of its own moment, and stay.
NAMES: Final = frozenset({"customer_name", "trip", "destination", "starts", "ends", "time_zone", "travellers"})
WHAT_TO_DO: Final = frozenset({"status", "hold_until", "how_to_pay", "pay_url"})
OWN_SUM: Final = frozenset({"due_now", "pay_url"})  # of a mail that asks for a sum of its own


def booking_facts(booking: Booking, *, now: datetime) -> dict[str, Any]:
    """The facts of TRIP as they are now; times are in the trip's time zone."""
    departure, trip = booking.departure, booking.departure.trip
    over = booking.status in Booking.GONE
    owed = booking.balance > 0 and booking.status in Booking.OWING
    return {
        "customer_name": harmless_name(booking.customer.name),
        "reference": booking.reference,
        "trip": trip.name,
        "destination": trip.destination,
        "starts": moment(departure.starts_at, trip),
        "ends": moment(departure.ends_at, trip),
        "time_zone": trip.time_zone,
        "party_size": booking.party_size,
        "travellers": [harmless_name(t.name) for t in booking.travellers.all()],
        "currency": booking.currency,
        "total": f"{booking.total:.2f}",
        "deposit_due": f"{booking.deposit_due:.2f}",
        "paid": f"{booking.paid if over else booking.staying:.2f}",
        "balance": f"{booking.balance:.2f}",
        "overpaid": f"{-booking.balance:.2f}" if booking.balance < 0 else "",
        "status": str(booking.status),
        "hold_until": moment(booking.hold_expires_at, trip) if booking.hold_expires_at else "",
        "due_now": f"{booking.due_at(now):.2f}",
        "balance_due": due_day(booking) if owed else "",
        "how_to_pay": settings.PAYMENT_INSTRUCTIONS if owed else "",
        "pay_url": pay_url(booking) if can_pay_online(booking) else "",
    }


def moment(when: datetime, trip: Trip) -> str:
    """Plain, in the trip's time zone, such as 2026-11-24 07:30+03:00."""
    return when.astimezone(trip.zone).isoformat(sep=" ", timespec="minutes")


def due_day(booking: Booking) -> str:
    """Plain, such as 2026-11-10; empty when there is none."""
    return booking.balance_due_on.isoformat() if booking.balance_due_on else ""


def written_out(when: datetime, trip: Trip, language: str) -> str:
    """Such as Tue 24 November 2026, 07:30, in the trip's time zone, for the customer's pages."""
    return words.moment(moment(when, trip), language)


def in_english(value: str) -> str:
    """Of a plain time or day."""
    return words.moment(value, "en") if ":" in value else words.day(value, "en")
