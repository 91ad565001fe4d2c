"""What a booking says of its own unsent messages (see notifications.owners), by the rules of their kinds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bookings.mail_facts import NAMES, booking_facts
from bookings.mail_kinds import booking_mail
from bookings.models import Booking
from notifications.models import Message
from notifications.owners import Present

Status = Booking.Status


def present(messages: Sequence[Message], now: datetime) -> dict[int, Present]:
    """By message id; a message about a booking that isn't here is left out. settings.OUTBOX_OWNERS names this."""
    references = {message.topic.partition(":")[2] for message in messages}
    query = Booking.objects.filter(reference__in=references)
    query = query.select_related("departure__trip", "customer").prefetch_related("travellers")
    bookings = {booking.topic: booking for booking in query}
    return {m.pk: _present(m, bookings[m.topic], now) for m in messages if m.topic in bookings}


def _present(message: Message, booking: Booking, now: datetime) -> Present:
    customer = booking.customer
    unwanted = why_unwanted(message, booking, now)
    facts = {} if unwanted else _facts(message, booking, now)
    return Present(customer.email, customer.language, facts, unwanted)


def why_unwanted(message: Message, booking: Booking, now: datetime) -> str:
    """Empty while the message is true."""
    kind = booking_mail(message.kind)
    if kind is None:
        return ""
    if kind.wanted_in is not None and booking.status not in kind.wanted_in:
        return f"The booking is {_state(booking)}."
    return kind.why_untrue(message, booking, now) if kind.why_untrue else ""


def _facts(message: Message, booking: Booking, now: datetime) -> dict[str, Any]:
    """Those of the row that are to be as they are today."""
    kind = booking_mail(message.kind)
    follows = kind.follows if kind else NAMES
    facts = {name: value for name, value in booking_facts(booking, now=now).items() if name in follows}
    if kind and kind.following:
        facts |= kind.following(booking, now)
    return {name: value for name, value in facts.items() if name in message.context}


def _state(booking: Booking) -> str:
    waits = booking.status == Status.WAITLISTED
    return "on the waiting list" if waits else str(booking.get_status_display()).lower()
