"""What beat runs that belongs to no app."""

from celery import shared_task
from django.utils import timezone

from config import lost_results


@shared_task(name="config.close_lost_results")
def close_lost_results() -> int:
    """Results closed."""
    return lost_results.close_lost(now=timezone.now())
