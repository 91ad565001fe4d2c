"""What beat runs that belongs to no app. No arguments: nothing of a person is stored or shown with a task."""

from celery import shared_task
from django.utils import timezone

from config import lost_results
from config.account import limits, mails, sessions


@shared_task(name=mails.TASK)
def send_account_mails() -> int:
    return mails.send_due(now=timezone.now())


@shared_task(name="config.forget_old_log_ins")
def forget_old_log_ins() -> dict[str, int]:
    now = timezone.now()
    return {
        "attempts": limits.forget_old(now=now),
        "sessions": sessions.forget_expired(now=now),
        "mails": mails.forget_old(now=now),
    }


@shared_task(name="config.close_lost_results")
def close_lost_results() -> int:
    """Results closed."""
    return lost_results.close_lost(now=timezone.now())
