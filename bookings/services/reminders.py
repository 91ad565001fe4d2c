"""Departure reminders: planned from the rules, once a booking, rule and departure date."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from bookings import emails
from bookings.models import Booking
from notifications import outbox
from notifications.models import Message, ReminderRule

KIND = "departure_reminder"
BATCH = 500


@dataclass(frozen=True)
class Reminder:
    """One that may be due. `moment` is when its rule speaks of this occurrence (a start, a day to pay by)."""

    booking: Booking
    occurrence: str
    moment: datetime


def plan_reminders(*, now: datetime) -> int:
    """Queue the reminders whose hour has come, for confirmed bookings on departures still to start.

    Of several rules the nearest one speaks. Doing it twice queues nothing new: the dedupe key names booking, rule
    and the departure's start, never the rule's hours.
    """
    rules = ReminderRule.objects.filter(kind=KIND, is_active=True).order_by("hours_before")
    queued, nearer = 0, 0
    for rule in rules:
        queued += _plan(rule, nearer, now)
        nearer = rule.hours_before
    return queued


def not_reminded(kind: str, reminders: Sequence[Reminder]) -> list[Reminder]:
    """Without those of whom a reminder of this kind spoke at this rule's moment or later, by whatever rule.

    So a rule that was deleted and made again, or one that is added late, doesn't say a second time what was just said.
    """
    topics = [reminder.booking.topic for reminder in reminders]
    said = Message.objects.filter(topic__in=topics, kind=kind, resend_of=None)
    said = said.exclude(status=Message.Status.WITHDRAWN)
    rows = said.order_by("due_at").values_list("topic", "dedupe_key", "due_at")
    last = {(topic, key.rpartition(":")[2]): at for topic, key, at in rows}
    return [r for r in reminders if last.get((r.booking.topic, r.occurrence), r.moment - timedelta(1)) < r.moment]


def _plan(rule: ReminderRule, nearer: int, now: datetime) -> int:
    """For departures that start within the rule's hours, but not within those of the next rule."""
    queued, last = 0, 0
    while batch := _queue_batch(rule, nearer, last, now):
        count, last = batch
        queued += count
    return queued


@transaction.atomic
def _queue_batch(rule: ReminderRule, nearer: int, after: int, now: datetime) -> tuple[int, int] | None:
    """(how many are new, the last booking's key). Who is being changed this moment is left to the next run."""
    due = Booking.objects.filter(
        pk__gt=after,
        status=Booking.Status.CONFIRMED,
        departure__starts_at__gt=now + timedelta(hours=nearer),
        departure__starts_at__lte=now + timedelta(hours=rule.hours_before),
    ).exclude(customer__email="")
    due = due.select_for_update(of=("self",), skip_locked=True)
    due = due.select_related("departure__trip", "customer").prefetch_related("travellers")
    bookings = list(due.order_by("pk")[:BATCH])
    if not bookings:
        return None
    return outbox.enqueue(list(_mails(bookings, rule, now)), now=now), bookings[-1].pk


def _mails(bookings: Sequence[Booking], rule: ReminderRule, now: datetime) -> Iterable[outbox.Mail]:
    reminders = [
        Reminder(b, f"{b.departure.starts_at:%Y%m%dT%H%M}", b.departure.starts_at - timedelta(hours=rule.hours_before))
        for b in bookings
    ]
    for reminder in not_reminded(KIND, reminders):
        booking = reminder.booking
        occurrence = f"{booking.departure_id}:{rule.intent}:{reminder.occurrence}"
        yield emails.mail(KIND, booking, occurrence, now=now)
