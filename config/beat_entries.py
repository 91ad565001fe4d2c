"""Rows of the schedule as beat reads them: one that can't be used is named and left out, and stops no other."""

import logging
from collections.abc import Iterable

from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

logger = logging.getLogger(__name__)
MOST_RUNS = 2**31 - 1  # what the counter's column holds


class RowEntry(ModelEntry):  # type: ignore[misc]
    def save(self) -> None:
        """A counter that is full stays there: its error would keep every other row's last_run_at from being written."""
        self.model.total_run_count = min(self.model.total_run_count, MOST_RUNS)
        super().save()


class UsableRowsScheduler(DatabaseScheduler):  # type: ignore[misc]
    """The library skips a row that raises ValueError; other errors (a huge interval, an unknown zone) end beat."""

    Entry = RowEntry
    named: frozenset[tuple[str, str]] = frozenset()  # what the log has been told

    def all_as_schedule(self) -> dict[str, RowEntry]:
        schedule: dict[str, RowEntry] = {}
        broken: dict[str, str] = {}
        for row in self.enabled_models():
            try:
                entry = self.Entry(row, app=self.app)
                entry.is_due()
            except Exception as error:  # noqa: BLE001 (whatever a row makes the library raise)
                broken[row.name] = type(error).__name__
            else:
                schedule[row.name] = entry
        self._tell(broken)
        return schedule

    def enabled_models(self) -> Iterable[PeriodicTask]:
        try:
            return list(super().enabled_models())
        except Exception:  # noqa: BLE001 (a row that can't even be read hides the others)
            return self._readable()

    def _readable(self) -> Iterable[PeriodicTask]:
        for pk in list(PeriodicTask.objects.filter(enabled=True).values_list("pk", flat=True)):
            try:
                yield PeriodicTask.objects.select_related("interval", "crontab", "clocked", "solar").get(pk=pk)
            except Exception as error:  # noqa: BLE001
                self._tell({f"with id {pk}": type(error).__name__})

    def _tell(self, broken: dict[str, str]) -> None:
        for name, error in broken.items():
            if (name, error) not in self.named:
                logger.error(
                    "The periodic task %s can't be scheduled (%s). Correct its times; it is left out.", name, error
                )
        self.named |= frozenset(broken.items())
