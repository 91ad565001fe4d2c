"""The one seam that publishes to Celery. A lost message costs a sweeper's tick, so nothing here ever raises.

`publish` waits for the broker (a few seconds at the worst, docs/decisions/0003-celery.md) and is for workers.
`wake` returns at once and is for whatever a person waits for: one thread a process does the publishing.
"""

import atexit
import logging
import os
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from celery import current_app

logger = logging.getLogger(__name__)

CONFIRM_SECONDS = 2
BACKLOG = 1000
EXIT_SECONDS = 2.0


def publish(name: str, *args: int) -> bool:
    """Hand a task to the broker by name; False (and a line in the log) when the broker didn't take it."""
    try:
        # Without confirm_timeout a frozen broker blocks for ever; retry=False would make it slower, not faster.
        current_app.send_task(name, args=args, mandatory=True, confirm_timeout=CONFIRM_SECONDS)
    except Exception as error:  # noqa: BLE001 -- whatever the broker's client raises, the row is safe
        logger.warning("The broker did not take %s%s: %s", name, args, type(error).__name__)
        return False
    return True


@contextmanager
def held_back() -> Iterator[None]:
    """Inside, this process wakes nobody: who made the rows delivers them himself, or leaves them to the sweeper."""
    _held_back.set()
    try:
        yield
    finally:
        _held_back.clear()


def wake(name: str, *args: int) -> None:
    """Publish soon, from this process's one publishing thread. Dropped when too many wait already."""
    if _held_back.is_set():
        return
    pid = os.getpid()  # a forked child has none of its parent's threads
    if pid not in _publishers:
        _publishers[pid] = _Publisher(pid)
    _publishers[pid].put(name, args)


class _Publisher:
    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.jobs: queue.Queue[tuple[str, tuple[int, ...]]] = queue.Queue(maxsize=BACKLOG)
        threading.Thread(target=self._run, name="publisher", daemon=True).start()
        atexit.register(self._drain)

    def put(self, name: str, args: tuple[int, ...]) -> None:
        try:
            self.jobs.put_nowait((name, args))
        except queue.Full:
            logger.warning("Too much waits for the broker; the sweeper will publish %s%s", name, args)

    def _run(self) -> None:
        while True:
            name, args = self.jobs.get()
            if not publish(name, *args):
                self._forget()
            self.jobs.task_done()

    def _forget(self) -> None:
        """The broker is away: trying the rest one by one would only cost time, and the sweeper has them all."""
        while True:
            try:
                self.jobs.get_nowait()
            except queue.Empty:
                return
            self.jobs.task_done()

    def _drain(self) -> None:
        """A command that ends at once still publishes what it queued, within EXIT_SECONDS."""
        deadline = time.monotonic() + EXIT_SECONDS
        while self.pid == os.getpid() and self.jobs.unfinished_tasks and time.monotonic() < deadline:
            time.sleep(0.01)


_publishers: dict[int, _Publisher] = {}
_held_back = threading.Event()
