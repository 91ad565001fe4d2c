"""Beat's scheduler: django-celery-beat's, which first looks whether it may trust its rows and is alone."""

import contextlib
import heapq
import logging
from typing import Any

from celery.beat import SchedulingError, event_t
from django.db import DatabaseError

from config import probes
from config.beat_entries import UsableRowsScheduler
from config.beat_start import ASK_AGAIN, leave_the_future, only_beat, wait_for_database
from config.broker import outage
from config.database_errors import database, is_away
from config.logs import is_outage
from notifications.outages import one_line

logger = logging.getLogger(__name__)


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
