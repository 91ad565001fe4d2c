"""What must not stand in a log: people's data, and the part of an address that is a key, to a page or a password."""

import logging
import re
from typing import Any

from pythonjsonlogger.json import JsonFormatter

KEYS = re.compile(r"/(pay/return|pay|sandbox/checkout|reset)/[^\s?'\"]*[^\s/?'\"]")
QUERY = re.compile(r"(?<=[\w/…])\?[^\s'\"]+")
EMAIL = re.compile(r"[^\s@<>()\[\]\"'“”,;:=|]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?<![\w.:/-])(?:\+\d[\d ()-]{6,18}\d|0\d{9,10})(?!\w|[.-]\d)")
ROW = re.compile(r"((?:DETAIL|CONTEXT):|Key \(|Failing row contains).*")  # PostgreSQL says what stood in the row
QUOTED = re.compile(r"'[^'\n]*'|\"[^\"\n]*\"|“[^”\n]*”")
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
