"""The one seam that publishes to Celery. A lost message costs a sweeper's tick, so nothing here ever raises.

`publish` waits for the broker (a few seconds at the worst, docs/decisions/0003-celery.md) and is for workers.
`wake` returns at once and is for whatever a person waits for: one thread a process does the publishing. What it holds
is lost with the process, so a row is marked as published by whoever heard the broker confirm it, and never before.
"""

import atexit
import logging
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from amqp.exceptions import ChannelError
from celery import current_app
from django.db import connections

from notifications.outages import Outage

logger = logging.getLogger(__name__)

CONFIRM_SECONDS = 2
BACKLOG = 1000
TOGETHER = 100  # confirmed publishes that are noted in one go
EXIT_SECONDS = 2.0
NOT_FOUND = "404"  # a queue that isn't there, so nothing waits in it

Confirmed = Callable[[Sequence[int]], object]  # gets the first arguments of the tasks that the broker took


def publish(name: str, *args: int) -> bool:
    """Hand a task to the broker by name; False (and a line in the log) when the broker didn't take it."""
    try:
        # Without confirm_timeout a frozen broker blocks for ever; retry=False would make it slower, not faster.
        current_app.send_task(name, args=args, mandatory=True, confirm_timeout=CONFIRM_SECONDS)
    except Exception as error:  # noqa: BLE001 -- whatever the broker's client raises, the row is safe
        _broker.failed(error, f"It did not take {name}; what it misses is published again when it is back.")
        return False
    _broker.over()
    return True


def waiting(name: str) -> int | None:
    """How many messages wait in the queue of this task's kind; None when the broker doesn't say."""
    queue_name = current_app.amqp.router.route({}, name)["queue"].name
    try:
        with current_app.connection_for_read() as broker:
            channel: Any = broker.default_channel
            return int(channel.queue_declare(queue_name, passive=True).message_count)
    except ChannelError as error:
        return 0 if str(error.reply_code) == NOT_FOUND else None
    except Exception as error:  # noqa: BLE001 -- as in publish
        _broker.failed(error)
        return None


@contextmanager
def held_back() -> Iterator[None]:
    """Inside, this process wakes nobody: who made the rows delivers them himself, or leaves them to the sweeper."""
    _held_back.set()
    try:
        yield
    finally:
        _held_back.clear()


def wake(name: str, *args: int, confirmed: Confirmed | None = None) -> None:
    """Publish soon, from this process's one publishing thread. Dropped when too many wait already."""
    if _held_back.is_set():
        return
    pid = os.getpid()  # a forked child has none of its parent's threads
    if pid not in _publishers:
        _publishers[pid] = _Publisher(pid)
    _publishers[pid].put(_Job(name, args, confirmed))


@dataclass(frozen=True)
class _Job:
    name: str
    args: tuple[int, ...]
    confirmed: Confirmed | None


class _Publisher:
    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.jobs: queue.Queue[_Job] = queue.Queue(maxsize=BACKLOG)
        threading.Thread(target=self._run, name="publisher", daemon=True).start()
        atexit.register(self._drain)

    def put(self, job: _Job) -> None:
        try:
            self.jobs.put_nowait(job)
        except queue.Full as error:
            _broker.failed(error, "Too much waits for it here; the sweeper publishes the rest.")

    def _run(self) -> None:
        taken: list[_Job] = []
        while True:
            job = self.jobs.get()
            if publish(job.name, *job.args):
                taken.append(job)
            else:
                self._forget()
            if self.jobs.empty() or len(taken) >= TOGETHER:
                _tell(taken)
                taken = []
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


def _tell(taken: list[_Job]) -> None:
    """What can't be noted is published once more, which does no harm."""
    try:
        for confirmed in {job.confirmed for job in taken if job.confirmed}:
            confirmed([job.args[0] for job in taken if job.confirmed is confirmed])
    except Exception as error:  # noqa: BLE001 -- this thread must live
        logger.warning("%s published messages could not be noted: %s", len(taken), type(error).__name__)
    finally:
        connections.close_all()  # this thread's own


_publishers: dict[int, _Publisher] = {}
_held_back = threading.Event()
_broker = Outage("The broker", logger)
