"""Beat's scheduler: django-celery-beat's, which first looks whether it may trust its rows and is alone."""

import contextlib
import heapq
import logging
import time
from datetime import timedelta
from typing import Any, Final

from celery.beat import SchedulingError, event_t
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from config import probes
from config.beat_entries import UsableRowsScheduler
from config.broker import outage
from config.database_errors import database, is_away
from config.logs import is_outage
from notifications.outages import one_line

logger = logging.getLogger(__name__)
ASK_AGAIN: Final = 1.0  # seconds, after the broker did not take a run
LOCK: Final = 0x746F7572  # "tour": the one advisory lock that a running beat holds
SKEW: Final = timedelta(seconds=10)  # that two machines' clocks may differ


class Scheduler(UsableRowsScheduler):
    """Started once a process, before the schedule is read."""

    lock: Any = None  # the connection that holds it, for as long as this process lives
    publishing = False
    _heap: list[event_t] | None
    refused: Any = None  # the entry that the broker did not take in this tick

    def setup_schedule(self) -> None:
        probes.before_serving(logger.warning)
        wait_for_database()
        leave_the_future()
        self.lock = only_beat()
        super().setup_schedule()

    def schedule_changed(self) -> bool:
        """Asked every few seconds. A database that was away has forgotten the lock: it is taken anew."""
        changed: bool = super().schedule_changed()
        if self.lock and (self.lock.connection is None or not self.lock.is_usable()):
            self.lock.close()
            with contextlib.suppress(DatabaseError):  # still away
                self.lock = only_beat()
        return changed

    def all_as_schedule(self) -> dict[str, Any]:
        """It is read again every few minutes: the rows of before do while the database is away."""
        try:
            found = super().all_as_schedule()
        except DatabaseError as error:
            if not is_away(error) or not self._schedule:
                raise
            database.failed(error, "Beat goes on with the schedule that it has.")
            return dict(self._schedule)
        database.over()
        return found

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        self.publishing = True
        try:
            return super().apply_async(*args, **kwargs)
        finally:
            self.publishing = False

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        """A run counts when the broker took it. Celery's beat would wait for the next one, a whole day for some."""
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except SchedulingError as error:
            cause = error.__context__ or error
            if not is_outage(cause):
                logger.error("%s can't be published: %s", entry.name, one_line(cause))
                return
            outage.failed(cause, "Beat goes on asking, and then publishes what it missed.")
            entry.model.last_run_at, entry.model.total_run_count = entry.last_run_at, entry.total_run_count
            self.refused = type(entry)(entry.model, app=self.app)
            self._dirty.add(entry.name)
            self.sync()  # apply_async has just written the run down
        else:
            outage.over()
            logger.info("Scheduler: Sent due task %s (%s)", entry.name, entry.task)

    def tick(self, *args: Any, **kwargs: Any) -> float:
        delay: float = super().tick(*args, **kwargs)
        if self.refused is None:
            return delay
        entry, self.refused = self.refused, None
        others = [event for event in self._heap or () if event.entry.name != entry.name]
        self._heap = [*others, event_t(self._when(entry, ASK_AGAIN), 5, entry)]
        heapq.heapify(self._heap)
        return delay

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
