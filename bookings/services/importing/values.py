"""From the text of one cell to a value, or a sentence with the cure."""

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, time, timedelta, timezone
from decimal import Decimal
from functools import cache

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django_countries import countries

from bookings.models import CURRENCIES
from bookings.names import validate_name
from bookings.services.customers import clean_email
from bookings.services.importing.amounts import COMMA, POINT, amounts
from bookings.services.importing.days import DMY, MDY, days_of
from bookings.services.importing.styles import read
from bookings.services.terms import MAX_TOTAL

CODES = [code for code, _label in CURRENCIES]
NO_WORDS: Mapping[str, str] = {}
MOST_TEXT = 10_000


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


def day(text: str, order: str = DMY) -> date:
    """2026-07-01, 1 July 2026, or with numbers alone in the file's `order`."""
    found = read(days_of(text), order)
    if found is None:
        example = "07/01/2026 (month first)" if order == MDY else "01/07/2026 (day first)"
        raise ValueError(f"isn't a date; write 2026-07-01 or {example}.")
    return found


def clock(text: str) -> time:
    """07:30; where the clocks go back an hour comes twice, and 02:30+01:00 says which."""
    match = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})(?::00)?(?: ?([+-])([0-9]{2}):([0-9]{2}))?", text)
    if not match or max(int(match[1]), int(match[4] or 0)) > 23 or max(int(match[2]), int(match[5] or 0)) > 59:
        raise ValueError("isn't a time; write it such as 07:30.")
    found = time(int(match[1]), int(match[2]))
    if not match[3]:
        return found
    ahead = timedelta(hours=int(match[4]), minutes=int(match[5]))
    return found.replace(tzinfo=timezone(-ahead if match[3] == "-" else ahead))


def money(text: str, style: str = POINT) -> Decimal:
    """1500, 1500.5 or 1,500.50, in the file's `style`; never negative."""
    amount = read(amounts(text), style)
    if amount is None or amount > MAX_TOTAL or amount != round(amount, 2):
        examples = "1500,00 or 1.500,00" if style == COMMA else "1500.00 or 1,500.00"
        raise ValueError(f"isn't an amount; write it such as {examples}.")
    return amount.quantize(Decimal("0.01"))


def count(most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) > most:
            raise ValueError(f"isn't a whole number from 0 to {most}.")
        return int(text)

    return parse


def email(text: str) -> str:
    address = clean_email(text)
    if len(address) > 254:
        raise ValueError("is too long for an e-mail address.")
    try:
        validate_email(address)
    except ValidationError:
        meant = re.sub(r"\s+at\s+", "@", address)
        cure = f"did you mean {meant}?" if meant != address else "correct it, or leave it blank."
        raise ValueError(f"isn't an e-mail address; {cure}") from None
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


def one_of(
    names: Collection[str], *, also: Collection[str] = (), meaning: Mapping[str, str] = NO_WORDS
) -> Callable[[str], str]:
    """The name as it stands in `names`, whatever the case; close misses are told what they may mean.

    Names in `also`, and words with a `meaning` among the names, are taken too, but nobody is told to write them.
    """
    known = dict(meaning) | {name.casefold(): name for name in (*also, *names)}

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
