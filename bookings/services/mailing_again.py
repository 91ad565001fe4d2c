"""A clerk asks for an earlier mail again."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction

from bookings.actors import Actor
from bookings.models import Booking
from bookings.outcome import Outcome
from bookings.refusals.mails import NoMessage
from bookings.services.mailing import why_not_mail
from bookings.services.rows import sort_out
from notifications import resending
from notifications.models import Message


@transaction.atomic
def send_again(*, booking_ids: Sequence[int], kind: str, actor: Actor, now: datetime) -> Outcome[Booking]:
    """The latest mail of the kind once more, with the facts that it had, to the customer's present address."""
    outcome = sort_out(booking_ids, why_not_mail)
    bookings, outcome.done = {booking.topic: booking for booking in outcome.done}, []
    latest = {message.pk: bookings[message.topic] for message in _latest(bookings) if message.kind == kind}
    recipients = dict.fromkeys(latest, "")
    sent, refused = resending.resend_all(recipients=recipients, user=actor.user, now=now)
    outcome.done = [latest[pk] for pk in sent]
    outcome.refused += [(latest[pk].reference, why) for pk, why in refused.items()]
    written = {booking.pk for booking in latest.values()}
    outcome.refused += [(b.reference, NoMessage()) for b in bookings.values() if b.pk not in written]
    return outcome


def can_be_sent_again(bookings: Iterable[Booking]) -> list[str]:
    """The kinds whose latest mail about one of these bookings is over and still true, the newest first."""
    over = (Message.Status.SENT, Message.Status.FAILED, Message.Status.BOUNCED)
    latest = _latest([booking.topic for booking in bookings])
    good = [m for m in latest if m.status in over and not m.withdrawn_reason]
    return list(dict.fromkeys(m.kind for m in good if not (m.resend_of and m.resend_of.withdrawn_reason)))


def _latest(topics: Iterable[str]) -> list[Message]:
    """The latest message of each topic and kind, the newest first."""
    messages = Message.objects.filter(topic__in=topics).select_related("resend_of").order_by("pk")
    columns = ("kind", "topic", "status", "withdrawn_reason", "resend_of", "resend_of__withdrawn_reason")
    return list(reversed(list({(m.topic, m.kind): m for m in messages.only(*columns)}.values())))
