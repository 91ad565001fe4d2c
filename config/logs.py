"""What must not stand in a log: people's data, the keys of pages, and one traceback after the other of one outage."""

import logging
import re
import time
from typing import Any

import amqp
import kombu.exceptions
from pythonjsonlogger.json import JsonFormatter

from config.database_errors import is_away
from notifications.outages import EVERY, one_line

KEYS = re.compile(r"/(pay/return|pay|sandbox/checkout|reset)/[^\s?'\"]*[^\s/?'\"]")
QUERY = re.compile(r"(?<=[\w/…])\?[^\s'\"]+")
EMAIL = re.compile(r"[^\s@<>()\[\]\"'“”,;:=|]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?<![\w.:/-])(?:\+\d[\d ()-]{6,18}\d|0\d{9,10})(?!\w|[.-]\d)")
ROW = re.compile(r"((?:DETAIL|CONTEXT):|Key \(|Failing row contains).*")  # PostgreSQL says what stood in the row
QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|“[^”\n]*”")
# Celery's words, in a warning, for a result that could not be stored; the traceback is part of them.
OUTSIDE = "Exception raised outside body: "
OF_DRIVERS = ("OperationalError(", "InterfaceError(")
STANDARD = frozenset(vars(logging.makeLogRecord({})))


def without_people(text: str) -> str:
    """Without keys, query strings, addresses and phone numbers."""
    text = ROW.sub(r"\1 …", KEYS.sub(r"/\1/…", text))
    return PHONE.sub("…", EMAIL.sub("…@…", QUERY.sub("?…", text)))


def of_exception(text: str) -> str:
    """As without_people; what an exception quotes is mostly what somebody has typed in."""
    return QUOTED.sub("'…'", without_people(text))


class WithoutPeople(logging.Formatter):
    """A mixin. It writes a copy: other handlers, Sentry's among them, see the record as it was."""

    def format(self, record: logging.LogRecord) -> str:
        clean = of_exception if record.exc_info else without_people
        fields: dict[str, Any] = {name: value for name, value in vars(record).items() if name in STANDARD}
        return super().format(
            logging.makeLogRecord(fields | {"msg": clean(record.getMessage()), "args": None, "exc_text": None})
        )

    def formatException(self, ei: Any) -> str:  # noqa: N802 (logging's own name)
        """The frames stay as they are: they hold lines of code, and begin with blanks."""
        lines = super().formatException(ei).split("\n")
        return "\n".join(without_people(line) if line.startswith("  ") else of_exception(line) for line in lines)


class TextFormatter(WithoutPeople, logging.Formatter): ...


class JSONFormatter(WithoutPeople, JsonFormatter): ...


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
