"""What `gunicorn config.wsgi` reads by itself. A wrong setting ends the start here, with its one line."""

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from django.conf import settings

from config import env
from config.stand_ins import stand_ins

# First, because the settings read .env. gunicorn's own lines go where ours go, in LOG_FORMAT; a list of every request
# is the proxy's business.
logconfig_dict = {
    **settings.LOGGING,
    "loggers": {"gunicorn.error": {"level": "INFO", "propagate": True}, "gunicorn.access": {"level": "CRITICAL"}},
}

bind = f"{env.text('WEB_ADDRESS', '127.0.0.1')}:{env.port('PORT', 8000)}"
worker_class = "gthread"
workers = env.number("WEB_CONCURRENCY", 2, least=1)
threads = env.number("WEB_THREADS", 4, least=1)
timeout = 60  # seconds in which a worker must show a sign of life; its threads may take longer for one request
graceful_timeout = 30
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True


def when_ready(server: Any) -> None:
    for warning in stand_ins():
        server.log.warning(warning)
