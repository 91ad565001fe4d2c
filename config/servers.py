"""The options of gunicorn and Flower that the environment sets. Settings read them for every process, so that a wrong
one is told wherever Tourdesk starts, and a mistyped name is known for one.
"""

from typing import Any

from config import env


def gunicorn() -> dict[str, Any]:
    """Settings of gunicorn.conf.py."""
    return {
        "bind": f"{env.text('WEB_ADDRESS', '127.0.0.1')}:{env.port('PORT', 8000)}",
        "workers": env.number("WEB_CONCURRENCY", 2, least=1),
        "threads": env.number("WEB_THREADS", 4, least=1),
    }


def flower(*, embedded: bool) -> dict[str, Any]:
    """Options of config/flower.py, but for its log-in."""
    env.text("FLOWER_BASIC_AUTH")
    return {
        "address": env.text("FLOWER_ADDRESS", "127.0.0.1"),
        "port": env.port("FLOWER_PORT", 5555),
        "url_prefix": env.text("FLOWER_URL_PREFIX"),
        "max_tasks": env.number("FLOWER_MAX_TASKS", 5000, least=100),
        "read_only": env.flag("FLOWER_READ_ONLY", default=not embedded),
        "xheaders": env.flag("TRUST_PROXY"),
    }
