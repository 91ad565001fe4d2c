"""What `gunicorn config.wsgi` reads by itself, and again when it reloads (HUP): then the new release serves.

A wrong setting ends the start here, with its one line. Nothing of ours is imported (config/web_server.py says why).
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

ASK = [sys.executable, "-m", "config.web_server"]
ENVIRONMENT = os.environ | {"DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "config.settings")}
answer = subprocess.run(ASK, cwd=Path(__file__).parent, env=ENVIRONMENT, stdout=subprocess.PIPE, check=False)  # noqa: S603
if answer.returncode:
    sys.exit(answer.returncode)
options = json.loads(answer.stdout)

logconfig_dict = options["logconfig_dict"]
bind = options["bind"]
worker_class = "gthread"
workers = options["workers"]
threads = options["threads"]
timeout = 60  # seconds in which a worker must show a sign of life; its threads may take longer for one request
graceful_timeout = 30
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True


def when_ready(server: Any) -> None:
    for warning in options["warnings"]:
        server.log.warning(warning)


# --- A reload: gunicorn would stop the old processes at once, and nobody answer until the new ones have loaded.


def on_reload(server: Any) -> None:
    """Keep the old ones for now; each new one ends its share of them when it is ready."""
    old = sorted(server.WORKERS, key=lambda pid: server.WORKERS[pid].age)
    server.num_workers, server.ending = server.cfg.workers + len(old), len(old)
    server.shares = [old[number :: server.cfg.workers] for number in range(server.cfg.workers)]


def pre_fork(server: Any, worker: Any) -> None:
    shares = getattr(server, "shares", [])
    worker.replaces = shares.pop() if shares else []


def post_worker_init(worker: Any) -> None:
    for pid in worker.replaces:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def child_exit(server: Any, _worker: Any) -> None:
    if getattr(server, "ending", 0):
        server.ending -= 1
        server.num_workers -= 1
