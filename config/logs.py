"""What must not stand in a log: the part of a customer's address that is the key to their page."""

import logging
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sentry_sdk.types import Event

KEYS = re.compile(r"/(pay/return|pay|sandbox/checkout)/[^\s/?'\"]+")


def without_keys(text: str) -> str:
    return KEYS.sub(r"/\1/…", text)


class WithoutKeys(logging.Filter):
    """On a handler, so that every logger's lines pass it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_keys(record.getMessage()), None
        if hasattr(record, "request"):  # Django's loggers carry it along, and the JSON format would write it out
            del record.request
        return True


def before_send(event: "Event", _hint: dict[str, Any]) -> "Event":
    """For Sentry, which sees requests before any handler of ours."""
    request = event.get("request", {})
    if isinstance(url := request.get("url"), str):
        request["url"] = without_keys(url)
    request.pop("cookies", None)
    return event
