"""The mails about a booking: what each may say, and until when it is true."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from bookings.mail_facts import FACTS, TRIP, in_english, moment
from bookings.models import Booking, Departure
from notifications.kinds import LONGEST_NAME, MailKind, all_kinds
from notifications.models import Message

Status = Booking.Status
# What the tables of bookings and payments hold at most, in characters.
LONGEST: Final = {
    "customer_name": LONGEST_NAME,
    "trip": 120,
    "destination": 120,
    "reason": 1_000,  # with whose words it is
    "how_to_pay": 2_000,
    "pay_url": 300,
}


@dataclass(frozen=True)
class BookingMail(MailKind):
    """`wanted_in` are the states in which a booking still wants it; None: it is true whatever becomes of the booking.

    `why_untrue` gives the sentence why an unsent one isn't true any more, or nothing.
    `follows` are the facts that an unsent one takes from the booking of today, `following` makes more of them.
    `asks_for_money`: untrue as soon as money comes. `stale_after_changes`: sent whatever happens next, but never again
    once the booking has changed.
    """

    longest: Mapping[str, int] | None = field(default_factory=lambda: LONGEST)
    wanted_in: Collection[str] | None = None
    why_untrue: Callable[[Message, Booking, datetime], str] | None = None
    follows: Collection[str] = FACTS
    following: Callable[[Booking, datetime], dict[str, Any]] | None = None
    asks_for_money: bool = False
    stale_after_changes: bool = False


def booking_mail(name: str) -> BookingMail | None:
    kind = all_kinds().get(name)
    return kind if isinstance(kind, BookingMail) else None


def booking_mails() -> Iterator[BookingMail]:
    return (kind for kind in all_kinds().values() if isinstance(kind, BookingMail))


def wanted_somewhere() -> list[BookingMail]:
    return [kind for kind in booking_mails() if kind.wanted_in is not None]


def about_bookings() -> list[str]:
    """Whose facts a change of the booking makes untrue."""
    return [kind.name for kind in wanted_somewhere()]


def about_dues() -> list[str]:
    return [kind.name for kind in booking_mails() if kind.asks_for_money]


def stale_after_changes() -> list[str]:
    return [kind.name for kind in booking_mails() if kind.stale_after_changes]


def still_says(message: Message, fact: str, value: str) -> bool:
    """Rows of before plain values say it in English words; such a row is told apart by those."""
    said = message.context.get(fact, value)
    return said in (value, in_english(value))


def why_not_leaving(message: Message, booking: Booking, now: datetime) -> str:
    departure = booking.departure
    if departure.status == Departure.Status.CANCELLED:
        return "The departure was cancelled."
    if not still_says(message, "starts", moment(departure.starts_at, departure.trip)):
        return "The departure was moved."
    return "The departure has left." if departure.starts_at <= now else ""


KINDS: Final = (
    # A booking was taken: its facts and how to pay.
    BookingMail("booking_confirmation", "Booking confirmation", TRIP, wanted_in=Booking.OWING),
    BookingMail(
        "booking_confirmed",
        "Seats confirmed",
        TRIP | {"status": "confirmed", "hold_until": ""},
        wanted_in=(Status.CONFIRMED,),
    ),
    BookingMail("booking_waitlisted", "Waiting list", TRIP, wanted_in=(Status.WAITLISTED,)),
    # Seats came free: as the confirmation of a new booking.
    BookingMail("booking_promoted", "Off the waiting list", TRIP, wanted_in=Booking.OWING),
    BookingMail(
        "booking_cancelled",
        "Cancellation",
        TRIP | {"reason": "The customer fell ill."},
        wanted_in=(Status.CANCELLED,),
    ),
    BookingMail(
        "booking_rescheduled",
        "Reschedule",
        TRIP | {"old_starts": "2026-11-23 07:30+03:00"},
        wanted_in=Booking.LIVE,
    ),
    BookingMail("booking_expired", "Expiry", TRIP, wanted_in=(Status.EXPIRED,)),
    BookingMail("booking_changed", "Booking changed", TRIP | {"old_party_size": 3}, wanted_in=Booking.LIVE),
    BookingMail(
        "departure_reminder",
        "Departure reminder",
        TRIP,
        has_rules=True,
        wanted_in=(Status.CONFIRMED,),
        why_untrue=why_not_leaving,
    ),
)
