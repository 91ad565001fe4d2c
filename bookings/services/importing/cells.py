"""One cell at a time: from what people type to what we keep, or a sentence with the cure."""

import difflib
import re
from collections.abc import Callable, Collection
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django_countries import countries

from bookings.models import CURRENCIES
from bookings.names import validate_name
from bookings.services.customers import clean_email
from bookings.services.taking import MAX_TOTAL
from bookings.spreadsheets import Record

T = TypeVar("T")
CODES = [code for code, _label in CURRENCIES]
MONEY = re.compile(r"([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]+)?")
MOST_TEXT = 10_000


class Cells:
    """Reads one row. Each bad cell leaves a sentence in `problems`, and a stand-in that is never kept."""

    def __init__(self, record: Record) -> None:
        self._cells = record.cells
        self.problems: list[str] = []
        if record.stray:
            self.problems.append(
                "There are cells beyond the last column. Put text that holds the column separator in double quotes."
            )

    def has(self, column: str) -> bool:
        return bool(self._cells.get(column, "").strip())

    def needed(self, column: str, parse: Callable[[str], T], stand_in: T, *, cure: str = "fill it in") -> T:
        if self.has(column):
            return self.optional(column, parse, stand_in)
        self.problems.append(f"{column} is blank; {cure}.")
        return stand_in

    def optional(self, column: str, parse: Callable[[str], T], blank: T) -> T:
        text = self._cells.get(column, "").strip()
        if not text:
            return blank
        try:
            return parse(text)
        except ValueError as error:
            self.problems.append(f"{column}: “{text[:60]}” {error}")
            return blank


def line(most: int) -> Callable[[str], str]:
    """Text on one line, without doubled spaces."""

    def parse(text: str) -> str:
        text = " ".join(text.split())
        if len(text) > most:
            raise ValueError(f"is longer than {most} characters; shorten it.")
        return text

    return parse


def name(text: str) -> str:
    text = line(150)(text)
    try:
        validate_name(text)
    except ValidationError as error:
        raise ValueError(f"can't be a name. {error.messages[0]}") from error
    return text


def paragraph(text: str) -> str:
    if len(text) > MOST_TEXT:
        raise ValueError(f"is longer than {MOST_TEXT:,} characters; shorten it.")
    return text


def day(text: str) -> date:
    """2026-07-01 or 01/07/2026: with slashes the day comes first."""
    for style in ("%Y-%m-%d", "%d/%m/%Y"):
        try:
            found = datetime.strptime(text, style).date()  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
        if text.isascii() and 2000 <= found.year < 2100:
            return found
    raise ValueError("isn't a date; write 2026-07-01 or 01/07/2026 (day first).")


def clock(text: str) -> time:
    match = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})(:00)?", text)
    if not match or int(match[1]) > 23 or int(match[2]) > 59:
        raise ValueError("isn't a time; write it such as 07:30.")
    return time(int(match[1]), int(match[2]))


def money(text: str) -> Decimal:
    """1500, 1500.5 or 1,500.50; never negative."""
    amount = Decimal(text.replace(",", "")) if MONEY.fullmatch(text) else None
    if amount is None or amount > MAX_TOTAL or amount != round(amount, 2):
        raise ValueError("isn't an amount; write it such as 1500.00 or 1,500.00.")
    return amount.quantize(Decimal("0.01"))


def count(most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) > most:
            raise ValueError(f"isn't a whole number from 0 to {most}.")
        return int(text)

    return parse


def email(text: str) -> str:
    address = clean_email(text)
    try:
        validate_email(address)
    except ValidationError:
        meant = re.sub(r"\s+at\s+", "@", address)
        cure = f"did you mean {meant}?" if meant != address else "correct it, or leave it blank."
        raise ValueError(f"isn't an e-mail address; {cure}") from None
    if len(address) > 254:
        raise ValueError("is too long for an e-mail address.")
    return address


@cache
def country(text: str) -> str:
    """Alpha-2 of a country given as PT, PRT or Portugal."""
    code = countries.alpha2(text.upper()) or countries.by_name(text)
    if not code:
        raise ValueError("isn't a country; write its code such as ET or ETH, or leave it blank.")
    return code


def either(names: Collection[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}" if first else last


def one_of(names: Collection[str], *, also: Collection[str] = ()) -> Callable[[str], str]:
    """The name as it stands in `names`, whatever the case; close misses are told what they may mean.

    Names in `also` are taken too, but nobody is told to write them.
    """
    known = {name.casefold(): name for name in (*also, *names)}

    def parse(text: str) -> str:
        wanted = " ".join(text.casefold().split())
        if wanted in known:
            return known[wanted]
        close = difflib.get_close_matches(wanted, known, n=1, cutoff=0.75)
        meant = f" Did you mean {known[close[0]]}?" if close else ""
        raise ValueError(f"isn't known; write {either(names)}.{meant}")

    return parse


def currency(text: str) -> str:
    return one_of(CODES)(text)


def trip_code(text: str) -> str:
    code = text.upper()
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9-]{0,19}", code):
        raise ValueError("isn't a trip code: up to 20 letters, digits and dashes.")
    return code
