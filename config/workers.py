"""How a worker starts and stops, beside what Celery does."""

import logging
import os
import socket
import threading
import time
from typing import Any

from celery.apps import worker as celery_worker
from celery.platforms import EX_FAILURE, EX_OK

logger = logging.getLogger(__name__)


def stop_when_idle(worker: Any, seconds: float) -> None:
    """From now on TERM takes no new task and ends the worker with its last one, or after so many seconds.

    Celery's own ways: without a bound, or (REMAP_SIGTERM=SIGQUIT, which keeps a whole group's TERM from the children)
    always the full time once anything runs. What is cut off is not acknowledged, so another worker gets it.
    """

    def end_in_time(_worker: Any) -> None:
        threading.Thread(target=_end, args=(seconds,), name="end", daemon=True).start()

    celery_worker._shutdown_handler(  # type: ignore[attr-defined]  # noqa: SLF001 (public ones take no callback)
        worker, sig="SIGTERM", how="Warm", callback=end_in_time, exitcode=EX_OK
    )


def _end(seconds: float) -> None:
    time.sleep(seconds)
    logger.warning("A task still runs after %s s, so this worker ends without it; another gets the task.", seconds)
    logging.shutdown()
    os._exit(EX_FAILURE)  # the children end with this process


def tell_systemd() -> None:
    """That this worker takes tasks: a unit of Type=notify counts as started now, and another may stop."""
    if address := os.environ.get("NOTIFY_SOCKET"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
            line.connect("\0" + address[1:] if address.startswith("@") else address)
            line.send(b"READY=1")
