"""Departure reminders: planned from the rules, once a booking, rule and departure date."""

from datetime import datetime, timedelta

from bookings import emails
from bookings.models import Booking
from notifications import outbox
from notifications.models import ReminderRule

KIND = "departure_reminder"
BATCH = 500


def plan_reminders(*, now: datetime) -> int:
    """Queue the reminders whose hour has come, for confirmed bookings on departures still to start.

    Of several rules the nearest one speaks. Doing it twice queues nothing new: the dedupe key names booking, rule
    and the departure's start.
    """
    rules = ReminderRule.objects.filter(kind=KIND, is_active=True).order_by("hours_before")
    queued, nearer = 0, 0
    for rule in rules:
        queued += _plan(rule, nearer, now)
        nearer = rule.hours_before
    return queued


def _plan(rule: ReminderRule, nearer: int, now: datetime) -> int:
    """For departures that start within the rule's hours, but not within those of the next rule."""
    due = Booking.objects.filter(
        status=Booking.Status.CONFIRMED,
        departure__starts_at__gt=now + timedelta(hours=nearer),
        departure__starts_at__lte=now + timedelta(hours=rule.hours_before),
    ).exclude(customer__email="")
    due = due.select_related("departure__trip", "customer").prefetch_related("travellers")
    queued, last = 0, 0
    while batch := list(due.filter(pk__gt=last).order_by("pk")[:BATCH]):
        queued += outbox.enqueue([_reminder(booking, rule, now) for booking in batch], now=now)
        last = batch[-1].pk
    return queued


def _reminder(booking: Booking, rule: ReminderRule, now: datetime) -> outbox.Mail:
    start = f"{booking.departure.starts_at:%Y%m%dT%H%M}"
    return emails.mail(KIND, booking, f"{booking.departure_id}:{rule.hours_before}:{start}", now=now)
