"""Beat's scheduler: django-celery-beat's, which first looks whether it may trust its rows and is alone."""

import logging
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from config import probes
from config.beat_entries import UsableRowsScheduler

logger = logging.getLogger(__name__)
LOCK: Final = 0x746F7572  # "tour": the one advisory lock that a running beat holds
SKEW: Final = timedelta(seconds=10)  # that two machines' clocks may differ


class Scheduler(UsableRowsScheduler):
    """Started once a process, before the schedule is read."""

    lock: Any = None  # the connection that holds it, for as long as this process lives
    publishing = False

    def setup_schedule(self) -> None:
        # There is no schedule without the database; the supervisor starts us again.
        probes.before_serving(logger.warning, needs_database=True)
        leave_the_future()
        self.lock = only_beat()
        super().setup_schedule()

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        self.publishing = True
        try:
            return super().apply_async(*args, **kwargs)
        finally:
            self.publishing = False

    def close(self) -> None:
        """A broker that takes nothing doesn't answer a goodbye either, and beat would not end: just hang up.

        A stop in the middle of a publish comes here twice. The first time, inside the signal, the line must stay: its
        loss would be an error of its own, and beat would log that and go on.
        """
        if self.publishing:
            return
        if line := self.__dict__.get("connection"):
            line.collect()
        super().close()
        if self.lock:
            self.lock.close()


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
