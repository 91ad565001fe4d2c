"""What gunicorn.conf.py wants to know, as JSON: `python -m config.web_server`.

In a process of its own: what gunicorn's main process had imported, its new children would inherit after a reload, and
run on half the old release.
"""

import json
import sys
from typing import Any

from django.conf import settings

from config import env


def options() -> dict[str, Any]:
    from config.stand_ins import stand_ins

    # gunicorn's own lines go where ours go, in LOG_FORMAT; a list of every request is the proxy's business. The main
    # process writes without our filters, which are code of the release; each child sets the whole up for itself.
    ours: dict[str, Any] = settings.LOGGING
    handlers = {
        name: {key: value for key, value in handler.items() if key != "filters"}
        for name, handler in ours["handlers"].items()
    }
    loggers = {"gunicorn.error": {"level": "INFO", "propagate": True}, "gunicorn.access": {"level": "CRITICAL"}}
    logging = {key: value for key, value in ours.items() if key != "filters"}
    return {
        "logconfig_dict": {**logging, "handlers": handlers, "loggers": loggers},
        "bind": f"{env.text('WEB_ADDRESS', '127.0.0.1')}:{env.port('PORT', 8000)}",
        "workers": env.number("WEB_CONCURRENCY", 2, least=1),
        "threads": env.number("WEB_THREADS", 4, least=1),
        "stand_ins": [str(stand_in) for stand_in in stand_ins()],
    }


if __name__ == "__main__":
    json.dump(options(), sys.stdout)
