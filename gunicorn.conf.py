"""What `gunicorn config.wsgi` reads by itself. A wrong setting ends the start here, with its one line."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from django.conf import settings

from config import probes
from config.stand_ins import in_use

# First, because the settings read .env. gunicorn's own lines go where ours go, in LOG_FORMAT; a list of every request
# is the proxy's business.
logconfig_dict = {
    **settings.LOGGING,
    "loggers": {"gunicorn.error": {"level": "INFO", "propagate": True}, "gunicorn.access": {"level": "CRITICAL"}},
}

globals().update(settings.GUNICORN)
worker_class = "gthread"
timeout = 60  # seconds in which a worker must show a sign of life; its threads may take longer for one request
graceful_timeout = 30
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True


def on_starting(server: Any) -> None:
    probes.before_serving(server.log.warning)


def when_ready(server: Any) -> None:
    if sentence := in_use():
        server.log.warning(sentence)
