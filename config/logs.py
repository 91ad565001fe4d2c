"""What must not stand in a log: the key of a customer's page, and one traceback after the other of one outage."""

import logging
import re
import time
from typing import TYPE_CHECKING, Any

import amqp
import kombu.exceptions

from config.database_errors import is_away
from notifications.outages import EVERY, one_line

if TYPE_CHECKING:
    from sentry_sdk.types import Event

KEYS = re.compile(r"/(pay/return|pay|sandbox/checkout)/[^\s/?'\"]+")
# Celery's words, in a warning, for a result that could not be stored; the traceback is part of them.
OUTSIDE = "Exception raised outside body: "
OF_DRIVERS = ("OperationalError(", "InterfaceError(")


def without_keys(text: str) -> str:
    return KEYS.sub(r"/\1/…", text)


class WithoutKeys(logging.Filter):
    """On a handler, so that every logger's lines pass it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_keys(record.getMessage()), None
        if hasattr(record, "request"):  # Django's loggers carry it along, and the JSON format would write it out
            del record.request
        return True


class OneLine(logging.Filter):
    """A server that is away ends in a traceback wherever a library meets it: one line of each kind a minute will do."""

    def __init__(self) -> None:
        super().__init__()
        self.told: dict[tuple[str, str], tuple[float, int]] = {}  # (logger, error) → (when, left out since)

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        lines = record.getMessage().splitlines() or [""]
        if error is not None and is_outage(error):
            record.msg, kind = f"{lines[0][:200]} [{one_line(error)}]", type(error).__name__
        elif lines[0].partition(OUTSIDE)[2].startswith(OF_DRIVERS):
            record.msg, kind = lines[0][:400], OUTSIDE
        else:
            return True
        record.args = record.exc_info = record.exc_text = None
        told_at, left_out = self.told.get((record.name, kind), (-EVERY, 0))
        if time.monotonic() - told_at < EVERY:
            self.told[record.name, kind] = told_at, left_out + 1
            return False
        self.told[record.name, kind] = time.monotonic(), 0
        if left_out:
            record.msg += f" ({left_out} more since)"
        return True


def is_outage(error: BaseException) -> bool:
    """Of the database or the broker."""
    return isinstance(error, kombu.exceptions.OperationalError | amqp.AMQPError | ConnectionError) or is_away(error)


def before_send(event: "Event", _hint: dict[str, Any]) -> "Event":
    """For Sentry, which sees requests before any handler of ours."""
    request = event.get("request", {})
    if isinstance(url := request.get("url"), str):
        request["url"] = without_keys(url)
    request.pop("cookies", None)
    return event
