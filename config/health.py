"""/healthz: this process answers. /readyz: what it needs is there, and the workers and beat are alive.

The heartbeats need no table of their own. Beat writes `last_run_at` of a periodic task when it hands it to the
broker, each worker writes a task result when it starts or ends a task, and the outbox' sweeper runs many times in
HEARTBEAT_MAX_AGE_SECONDS. So an old `last_run_at` means that beat stands still, and a young one beside an old
result means that the workers do. Several workers count as one: one that still works is enough to be ready.
A heartbeat from the future (a clock was ahead) is none.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import amqp
from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from django_celery_results.models import TaskResult

from config.celery import app
from config.clock import SKEW

logger = logging.getLogger(__name__)
PARTS = ("database", "broker", "worker", "beat")
ANSWER_SECONDS = 2.5  # of a probe, whatever hangs


class HealthMiddleware:
    """The first in the row: probes come over plain HTTP with the machine's own address as Host."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.running = threading.Lock()  # held by the one thread that asks

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})
        if request.path == "/readyz":
            state = self.ask()
            status = 200 if set(state.values()) == {"ok"} else 503
            response = JsonResponse(state, status=status, headers={"Cache-Control": "no-store"})
            response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 (no error line each probe)
            return response
        return self.get_response(request)

    def ask(self) -> dict[str, str]:
        """The state after ANSWER_SECONDS at the most: a frozen server must not take the web's threads, one a probe."""
        state = dict.fromkeys(PARTS, "down")
        if not self.running.acquire(timeout=ANSWER_SECONDS):
            return state  # an earlier question still hangs

        def run() -> None:
            try:
                readiness(state, now=timezone.now())
            finally:
                connection.close()
                self.running.release()

        asking = threading.Thread(target=run, name="readiness", daemon=True)
        asking.start()
        asking.join(ANSWER_SECONDS)
        return dict(state)


def readiness(state: dict[str, str], *, now: datetime) -> None:
    """Part → "ok", "down" (can't be reached) or "late" (no heartbeat); the log says why, the answer doesn't."""
    results, jobs = TaskResult.objects.filter(date_done__lte=now + SKEW), PeriodicTask.objects.all()
    checks: dict[str, Callable[[], str]] = {
        "broker": check_broker,
        "database": check_database,
        "worker": lambda: heartbeat(results.aggregate(at=Max("date_done"))["at"], now),
        "beat": lambda: heartbeat(jobs.aggregate(at=Max("last_run_at"))["at"], now),
    }
    for part, check in checks.items():
        state[part] = answer(part, check)


def answer(part: str, check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 (whatever a driver raises, the part is down)
        logger.warning("Not ready: %s (%s)", part, type(error).__name__)
        return "down"


def check_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def check_broker() -> str:
    """On a connection of its own, CELERY_BROKER_CONNECTION_TIMEOUT (1 s) for the way in and for each answer.

    RabbitMQ in an alarm (disk, memory) lets everybody in, reads one message and then nothing more, not even a goodbye.
    """
    with app.connection_for_write() as broker:
        line = broker.transport.establish_connection()
        try:
            if isinstance(line, amqp.Connection):
                line.transport.sock.settimeout(broker.connect_timeout)
                line.channel().basic_publish_confirm(amqp.Message(""), routing_key="tourdesk.readyz")  # to no queue
            broker.transport.close_connection(line)
        except OSError:
            line.collect()
            raise
    return "ok"


def heartbeat(seen_at: datetime | None, now: datetime) -> str:
    limit = timedelta(seconds=settings.HEARTBEAT_MAX_AGE_SECONDS)
    return "ok" if seen_at is not None and -SKEW <= now - seen_at <= limit else "late"
