"""Which mail a booking's change means, and the facts that go into it (see notifications.catalogue)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.conf import settings

from bookings.actors import Actor
from bookings.links import can_pay_online, pay_url
from bookings.models import Booking, BookingEvent, Trip
from bookings.names import harmless, harmless_name
from notifications import outbox, words
from notifications.catalogue import TRIP

Status = Booking.Status
FACTS: Final = frozenset(TRIP)  # the names in booking_facts

# The states in which a booking still wants a mail of the kind. What isn't here is true whatever becomes of it: money
# came, was refused, went back or was taken back.
WANTED_IN: Final[Mapping[str, Collection[str]]] = {
    "booking_confirmation": Booking.OWING,
    "booking_confirmed": frozenset({Status.CONFIRMED}),
    "booking_waitlisted": frozenset({Status.WAITLISTED}),
    "booking_promoted": Booking.OWING,
    "booking_cancelled": frozenset({Status.CANCELLED}),
    "booking_rescheduled": Booking.LIVE,
    "booking_expired": frozenset({Status.EXPIRED}),
    "booking_changed": Booking.LIVE,
    "departure_reminder": frozenset({Status.CONFIRMED}),
    "payment_request": Booking.OWING,
    "payment_reminder": Booking.OWING,
}
# What is asked for: untrue as soon as money comes, or the booking changes.
ABOUT_DUES = ("payment_request", "payment_reminder")
# Mails whose facts a change of the booking makes untrue.
ABOUT_SEATS: Final = tuple(WANTED_IN)
# Receipts and the like are sent whatever happens next, but never again once the booking has changed.
ABOUT_MONEY = ("payment_confirmation", "payment_failure")


def queue(
    kind: str, pairs: Sequence[tuple[Booking, BookingEvent]], *, now: datetime, facts: dict[str, Any] | None = None
) -> None:
    """Queue one mail a booking; the timeline row names the occurrence, so each change mails at most once."""
    queue_each(kind, [(booking, event, facts or {}) for booking, event in pairs], now=now)


def queue_each(kind: str, rows: Iterable[tuple[Booking, BookingEvent, dict[str, Any]]], *, now: datetime) -> None:
    """As `queue`, with facts of each booking's own."""
    outbox.enqueue([mail(kind, b, f"{event.pk}", now=now, facts=facts) for b, event, facts in rows], now=now)


def replace(
    kind: str,
    pairs: Sequence[tuple[Booking, BookingEvent]],
    *,
    now: datetime,
    reason: str,
    facts: dict[str, Any] | None = None,
) -> None:
    """Withdraw what is unsent and no longer true, then queue the new mail."""
    retract([booking for booking, _event in pairs], reason=reason)
    queue(kind, pairs, now=now, facts=facts)


def retract(bookings: Iterable[Booking], *, reason: str) -> None:
    """After a change: what is unsent and untrue now is withdrawn, what was sent can't be sent again."""
    topics = [booking.topic for booking in bookings]
    outbox.withdraw(topics=topics, reason=reason, kinds=ABOUT_SEATS)
    outbox.outdate(topics=topics, reason=reason, kinds=ABOUT_MONEY)


def withdraw_unwanted(bookings: Iterable[Booking], *, to: Booking.Status, reason: str) -> None:
    """After a change that mails nobody: what a booking in this state doesn't want any more is withdrawn."""
    kinds = [kind for kind, states in WANTED_IN.items() if to not in states]
    if topics := [booking.topic for booking in bookings]:
        outbox.withdraw(topics=topics, reason=reason, kinds=kinds)


def mail(
    kind: str, booking: Booking, occurrence: str, *, now: datetime, facts: dict[str, Any] | None = None
) -> outbox.Mail:
    """One mail to the booking's customer, as things stand now. The booking needs departure, trip, customer loaded."""
    return outbox.Mail(
        kind=kind,
        topic=booking.topic,
        recipient=booking.customer.email,
        language=booking.customer.language,
        context=booking_facts(booking, now=now) | (facts or {}),
        dedupe_key=dedupe_key(kind, booking, occurrence),
    )


def quoted(reason: str, actor: Actor) -> str:
    """Staff write in our name. What another system hands on is shown as its words, with no link in them."""
    if not actor.integration:
        return reason
    words = harmless(reason).translate(dict.fromkeys(map(ord, "“”"), "'"))
    return f"“{words}” (the words of {harmless(actor.integration)})"


def dedupe_key(kind: str, booking: Booking, occurrence: str) -> str:
    """Names the intent: a second mail with it can't be."""
    return f"{booking.topic}:{kind}:{occurrence}"


def booking_facts(booking: Booking, *, now: datetime) -> dict[str, Any]:
    """The facts of notifications.catalogue.TRIP as they are now; times are in the trip's time zone."""
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


def written_out(when: datetime, trip: Trip) -> str:
    """Such as Tue 24 November 2026, 07:30, in the trip's time zone, for the customer's English pages."""
    return in_english(moment(when, trip))


def in_english(value: str) -> str:
    """Of a plain time or day."""
    return words.moment(value, "en") if ":" in value else words.day(value, "en")
