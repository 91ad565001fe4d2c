"""What the clock does to bookings. Each task works off all that is due, so a missed run costs a tick."""

from celery import shared_task
from django.utils import timezone

from bookings.services import api_limits, api_requests, departed, reminders, transitions, waitlist


@shared_task(name="bookings.expire_holds")
def expire_holds() -> int:
    """Expired bookings."""
    return transitions.expire_holds(now=timezone.now())


@shared_task(name="bookings.promote_waitlist")
def promote_waitlist() -> int:
    """Bookings moved off the waiting list."""
    return waitlist.promote_waitlist(now=timezone.now())


@shared_task(name="bookings.plan_reminders")
def plan_reminders() -> int:
    """Reminders queued."""
    return reminders.plan_reminders(now=timezone.now())


@shared_task(name="bookings.complete_departures")
def complete_departures() -> int:
    """Departures completed, with their bookings."""
    return departed.complete_departures(now=timezone.now())


@shared_task(name="bookings.prune_api_requests")
def prune_api_requests() -> int:
    """Answers to Idempotency-Keys that were kept long enough."""
    now = timezone.now()
    api_limits.prune(now=now)
    return api_requests.prune(now=now)
