"""Before beat publishes anything: one process, a database, and no run that stands in the future."""

import logging
import time
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from config.database_errors import database, is_away

logger = logging.getLogger(__name__)
ASK_AGAIN: Final = 1.0  # seconds, after the broker did not take a run
SKEW: Final = timedelta(seconds=10)  # that two machines' clocks may differ
LOCK: Final = 0x746F7572  # "tour": the one advisory lock that a running beat holds


def wait_for_database() -> None:
    """A start without one would be a traceback and the next start, over and over."""
    while True:
        try:
            connection.ensure_connection()
        except DatabaseError as error:
            if not is_away(error):
                raise
            database.failed(error, "Beat waits for it.")
            time.sleep(ASK_AGAIN)
        else:
            database.over()
            return


def leave_the_future() -> int:
    """A clock that was ahead when beat last ran would keep it waiting for that hour to come. Returns how many rows."""
    now = timezone.now()
    moved: int = PeriodicTask.objects.filter(last_run_at__gt=now + SKEW).update(last_run_at=now)
    if moved:
        logger.warning("The clock was ahead: %s periodic tasks had run in the future and count from now.", moved)
    return moved


def only_beat() -> Any:
    """Says so when another beat runs; the work is done twice then, but nothing breaks, so this one goes on."""
    if settings.EMBEDDED:
        return None
    lock = connection.copy()
    with lock.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        (alone,) = cursor.fetchone()
    if not alone:
        logger.error("Another beat runs on this database, so every periodic task is published twice. Stop one.")
    return lock
