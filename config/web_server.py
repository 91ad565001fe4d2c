"""What gunicorn.conf.py wants to know, as JSON: `python -m config.web_server`.

In a process of its own: what gunicorn's main process had imported, its new children would inherit after a reload, and
run on half the old release.
"""

import json
import sys
from typing import Any

from django.conf import settings


def options() -> dict[str, Any]:
    from config import probes
    from config.stand_ins import in_use

    warnings: list[str] = []
    probes.before_serving(warnings.append)
    if sentence := in_use():
        warnings.append(sentence)
    # gunicorn's own lines go where ours go, in LOG_FORMAT; a list of every request is the proxy's business. The main
    # process writes without our filters and formatters, which are code of the release; each child sets up the whole.
    ours: dict[str, Any] = settings.LOGGING
    handlers = {
        name: {key: value for key, value in handler.items() if key != "filters"}
        for name, handler in ours["handlers"].items()
    }
    loggers = {"gunicorn.error": {"level": "INFO", "propagate": True}, "gunicorn.access": {"level": "CRITICAL"}}
    logging = {key: value for key, value in ours.items() if key != "filters"}
    plain = {"format": ours["formatters"]["text"]["format"]}
    formatters = {"text": plain, "json": plain | {"()": "pythonjsonlogger.json.JsonFormatter"}}
    return {
        "logconfig_dict": {**logging, "formatters": formatters, "handlers": handlers, "loggers": loggers},
        **settings.GUNICORN,
        "warnings": warnings,
    }


if __name__ == "__main__":
    json.dump(options(), sys.stdout)
