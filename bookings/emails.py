"""Which mail a booking's change means, and the facts that go into it (see bookings.mail_kinds)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from bookings.actors import Actor
from bookings.mail_facts import booking_facts
from bookings.mail_kinds import about_bookings, stale_after_changes, wanted_somewhere
from bookings.models import Booking, BookingEvent
from bookings.names import harmless
from notifications import outbox

Status = Booking.Status


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
    outbox.withdraw(topics=topics, reason=reason, kinds=about_bookings())
    outbox.outdate(topics=topics, reason=reason, kinds=stale_after_changes())


def withdraw_unwanted(bookings: Iterable[Booking], *, to: Booking.Status, reason: str) -> None:
    """After a change that mails nobody: what a booking in this state doesn't want any more is withdrawn."""
    kinds = [kind.name for kind in wanted_somewhere() if to not in (kind.wanted_in or ())]
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
