"""What /readyz says of each part. The log says why, the answer doesn't.

The heartbeats need no table of their own. Beat writes `last_run_at` of a periodic task when the broker took it, each
worker writes a task result when it starts or ends a task, and the outbox' sweeper runs several times in
HEARTBEAT_MAX_AGE_SECONDS. Several workers count as one: one that still works is enough to be ready. Workers whose every
place is taken by a long task write nothing, so before they are called late they are asked themselves.
A heartbeat from the future (a clock was ahead) is none.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Final

from config.readiness_checks import check_beat, check_broker, check_database, check_mail, check_workers

logger = logging.getLogger(__name__)
PARTS: Final = ("database", "broker", "worker", "beat", "mail")
NEEDED: Final = PARTS[:4]  # without these it isn't ready; of late mail it only tells


def readiness(state: dict[str, str], *, now: datetime) -> None:
    """Part → "ok", "down" (can't be reached, or lets no mail through) or "late" (no heartbeat, or old unsent mail)."""
    checks: dict[str, Callable[[], str]] = {
        "broker": check_broker,
        "database": check_database,
        "beat": lambda: check_beat(now),
        "worker": lambda: check_workers(now, broker=state["broker"]),
        "mail": lambda: check_mail(now),
    }
    for part, check in checks.items():
        state[part] = answer(part, check)


def answer(part: str, check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:  # noqa: BLE001 (whatever a driver raises, the part is down)
        logger.warning("Not ready: %s (%s)", part, type(error).__name__)
        return "down"
