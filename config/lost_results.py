"""Results of tasks that nobody will end: their worker was killed, or lost the database as it ended them."""

import json
from datetime import datetime, timedelta
from typing import Final

from celery import states
from django.db.models import QuerySet
from django_celery_results.models import TaskResult

from config.celery import app

MARGIN: Final = timedelta(minutes=2)  # beyond the time after which a worker kills a task
UNDER_WAY: Final = (states.RECEIVED, states.STARTED, states.RETRY)
LOST: Final = "The worker was lost while it ran this task. If its work is still to be done, the next run does it."
RESULT: Final = json.dumps(
    {"exc_type": "WorkerLostError", "exc_module": "billiard.exceptions", "exc_message": [LOST]},
)


def close_lost(*, now: datetime) -> int:
    """Say so on each that can't run any more; one that was handed to another worker counts from that start.

    If a run turns up after all (its message waited in a queue), it writes its own outcome over this.
    """
    since = now - longest_run() - MARGIN
    lost: QuerySet[TaskResult] = TaskResult.objects.filter(status__in=UNDER_WAY, date_done__lt=since)
    return lost.update(status=states.FAILURE, result=RESULT, traceback=LOST, date_done=now)


def longest_run() -> timedelta:
    """The longest time limit of any task."""
    limits = [task.time_limit for task in app.tasks.values() if task.time_limit]
    return timedelta(seconds=max([app.conf.task_time_limit, *limits]))
