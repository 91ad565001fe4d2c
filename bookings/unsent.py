"""What a booking says of its own unsent messages (see notifications.owners): the rule is data, one line a kind."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from bookings import emails
from bookings.models import Booking, Departure
from notifications.models import Message
from notifications.owners import Present

Status = Booking.Status
# What a mail says of the booking itself. The sums in a mail about money are those of its own moment, and stay.
NAMES: Final = frozenset({"customer_name", "trip", "destination", "starts", "ends", "time_zone", "travellers"})
WHAT_TO_DO: Final = frozenset({"status", "hold_until", "how_to_pay", "pay_url"})
OWN_SUM: Final = frozenset({"due_now", "pay_url"})  # of a mail that asks for a sum of its own


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
    wanted_in = emails.WANTED_IN.get(message.kind)
    if wanted_in is not None and booking.status not in wanted_in:
        return f"The booking is {_state(booking)}."
    if message.kind in emails.ABOUT_DUES:
        return _why_nothing_due(message, booking)
    if message.kind == "departure_reminder":
        return _why_not_leaving(message, booking.departure, now)
    return ""


def _why_nothing_due(message: Message, booking: Booking) -> str:
    if booking.balance <= 0:
        return "Nothing is owed any more."
    if message.kind == "payment_reminder" and not _still_says(message, "balance_due", emails.due_day(booking)):
        return "The day to pay by was changed."
    return ""


def _why_not_leaving(message: Message, departure: Departure, now: datetime) -> str:
    if departure.status == Departure.Status.CANCELLED:
        return "The departure was cancelled."
    if not _still_says(message, "starts", emails.moment(departure.starts_at, departure.trip)):
        return "The departure was moved."
    return "The departure has left." if departure.starts_at <= now else ""


def _still_says(message: Message, fact: str, value: str) -> bool:
    """Rows of before plain values say it in English words; such a row is told apart by those."""
    said = message.context.get(fact, value)
    return said in (value, emails.in_english(value))


def _facts(message: Message, booking: Booking, now: datetime) -> dict[str, Any]:
    """Those of the row that are to be as they are today."""
    if message.kind in emails.ABOUT_DUES:
        follows = emails.FACTS - OWN_SUM
    elif message.kind in emails.ABOUT_SEATS:
        follows = emails.FACTS
    elif message.kind in (*emails.ABOUT_MONEY, "payment_voided"):
        follows = NAMES | WHAT_TO_DO
    else:
        follows = NAMES
    facts = {name: value for name, value in emails.booking_facts(booking, now=now).items() if name in follows}
    if message.kind == "payment_reminder":
        facts["overdue"] = "yes" if booking.is_overdue(now) else ""
    return {name: value for name, value in facts.items() if name in message.context}


def _state(booking: Booking) -> str:
    waits = booking.status == Status.WAITLISTED
    return "on the waiting list" if waits else str(booking.get_status_display()).lower()
