"""A clerk asks for a mail: the one that fits the booking now, from today's facts."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from bookings import emails
from bookings.actors import Actor
from bookings.models import Booking, BookingEvent
from bookings.outcome import Outcome
from bookings.refusals.mails import AskedAlready, CustomerHasNoAddress, NoMail
from bookings.services.rows import add_events, lock_bookings, sort_out
from bookings.timeline import Entry, entry_of
from bookings.timeline.changes import MailRequested
from notifications import outbox
from notifications.refusals import Refused

Status = Booking.Status
CURRENT: dict[str, str] = {  # status → the kind that says how things stand
    Status.PENDING: "booking_confirmation",
    Status.CONFIRMED: "booking_confirmed",
    Status.WAITLISTED: "booking_waitlisted",
}
DOUBLE_CLICK = timedelta(minutes=1)


def why_not_mail(booking: Booking) -> Refused | None:
    if booking.customer.email:
        return None
    return CustomerHasNoAddress(booking.reference, booking.customer.name)


@transaction.atomic
def send_current_mail(*, booking_ids: Sequence[int], actor: Actor, now: datetime) -> Outcome[Booking]:
    """Queue the mail that fits each booking's state, from today's facts; an unsent one of its kind is withdrawn."""
    asked = BookingEvent.objects.filter(
        booking__in=booking_ids, kind=MailRequested.code, created_at__gt=now - DOUBLE_CLICK
    )

    def why_not(booking: Booking) -> Refused | None:
        if booking.status not in CURRENT:
            state = booking.get_status_display().lower()
            return NoMail(booking.reference, state)
        if refusal := why_not_mail(booking):
            return refusal
        if _entry(booking) in just_asked[booking.pk]:
            return AskedAlready(booking.reference)
        return None

    lock_bookings(booking_ids)  # the second of two clicks sees the first one's line
    just_asked: dict[int, list[Entry | None]] = defaultdict(list)
    for event in asked:
        just_asked[event.booking_id].append(entry_of(event))
    outcome = sort_out(booking_ids, why_not)
    entries = {booking.pk: _entry(booking) for booking in outcome.done}
    events = add_events(outcome.done, entries, actor=actor, now=now)
    pairs = list(zip(outcome.done, events, strict=True))
    for status, kind in CURRENT.items():
        of_kind = [(booking, event) for booking, event in pairs if booking.status == status]
        outbox.withdraw(topics=[b.topic for b, _event in of_kind], reason="A newer one was asked for.", kinds=[kind])
        emails.queue(kind, of_kind, now=now)
    return outcome


def _entry(booking: Booking) -> MailRequested:
    return MailRequested(mail=CURRENT[booking.status], address=booking.customer.email)
