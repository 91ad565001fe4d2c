"""/healthz: this process answers. /readyz: what it needs is there, and the workers and beat are alive.

The heartbeats need no table of their own. Beat writes `last_run_at` of a periodic task when it hands it to the
broker, each worker writes a task result when it starts or ends a task, and the outbox' sweeper runs many times in
HEARTBEAT_MAX_AGE_SECONDS. So an old `last_run_at` means that beat stands still, and a young one beside an old
result means that the workers do. Several workers count as one: one that still works is enough to be ready.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from django_celery_results.models import TaskResult

from config.celery import app

logger = logging.getLogger(__name__)


class HealthMiddleware:
    """The first in the row: probes come over plain HTTP with the machine's own address as Host."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})
        if request.path == "/readyz":
            state = readiness(now=timezone.now())
            status = 200 if set(state.values()) == {"ok"} else 503
            return JsonResponse(state, status=status, headers={"Cache-Control": "no-store"})
        return self.get_response(request)


def readiness(*, now: datetime) -> dict[str, str]:
    """Part → "ok", "down" (can't be reached) or "late" (no heartbeat); the log says why, the answer doesn't."""
    checks: dict[str, Callable[[], str]] = {
        "database": check_database,
        "broker": check_broker,
        "worker": lambda: heartbeat(TaskResult.objects.aggregate(at=Max("date_done"))["at"], now),
        "beat": lambda: heartbeat(PeriodicTask.objects.aggregate(at=Max("last_run_at"))["at"], now),
    }
    return {part: answer(part, check) for part, check in checks.items()}


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
    """One attempt of CELERY_BROKER_CONNECTION_TIMEOUT (1 s) on a connection of its own: a silent broker is down."""
    with app.connection_for_write() as broker:
        broker.transport.close_connection(broker.transport.establish_connection())
    return "ok"


def heartbeat(seen_at: datetime | None, now: datetime) -> str:
    limit = timedelta(seconds=settings.HEARTBEAT_MAX_AGE_SECONDS)
    return "ok" if seen_at is not None and now - seen_at <= limit else "late"
