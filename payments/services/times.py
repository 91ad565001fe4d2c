"""When a provider is asked again. Chapa's link lives an hour at the most; its webhooks come up to 72 hours late."""

from datetime import datetime, timedelta

from django.conf import settings

EARLY = (2, 5, 15, 30)  # minutes after the payment was begun
BEING_MADE = timedelta(minutes=2)  # longer than any call to a provider takes
LINK_MARGIN = timedelta(minutes=10)  # a link with less of its life left isn't given to anybody
PATIENCE = 3  # questions in a row without an answer; the provider is down then, and the rest waits
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def link_life() -> timedelta:
    """How long a customer may pay, and try again, on one checkout link."""
    return timedelta(minutes=settings.CHECKOUT_MINUTES)


def next_check(created_at: datetime, now: datetime) -> datetime:
    """The first moment of the schedule after `now`: minutes at first, the end of the link, hours, then days."""
    early = [created_at + timedelta(minutes=minutes) for minutes in EARLY]
    for moment in sorted([*early, created_at + link_life()]):
        if moment > now:
            return moment
    return now + (HOUR if now - created_at < DAY else DAY)
