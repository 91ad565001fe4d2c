"""Days in what a clerk types: 2026-12-20, 20.12.2026, 20/12, 20 Dec 2026, December 20."""

import re
from collections.abc import Iterable
from datetime import date
from functools import reduce
from itertools import product
from operator import or_

from django.db.models import Q
from django.utils import timezone

from bookings.services.on_sale import leaving_between

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NAMES = "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
MONTH = rf"(?P<month>{NAMES}|nov(?:ember)?|dec(?:ember)?)\.?"
SHAPES = (
    re.compile(r"(?P<year>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"),
    re.compile(r"(?P<one>\d{1,2})[./-](?P<two>\d{1,2})(?:[./-](?P<year>\d{4}|\d{2}))?\.?"),
    re.compile(rf"(?P<d>\d{{1,2}})\.? {MONTH}(?: (?P<year>\d{{4}}))?", re.IGNORECASE),
    re.compile(rf"{MONTH} (?P<d>\d{{1,2}})(?:,? (?P<year>\d{{4}}))?", re.IGNORECASE),
)


def days_in(text: str) -> tuple[list[date], str]:
    """The days that a part of the text may mean, and the rest. 03/04 may be both; without a year, those near now."""
    for shape in SHAPES:
        if found := re.search(rf"(?<!\S)(?:{shape.pattern})(?!\S)", text, shape.flags):
            rest = " ".join((text[: found.start()] + text[found.end() :]).split())
            if days := sorted(set(_days(found.groupdict()))):
                return days, rest
    return [], text


def _days(part: dict[str, str | None]) -> Iterable[date]:
    if one := part.get("one"):
        orders: list[tuple[str | None, str | None]] = [(part["two"], one), (one, part["two"])]
    else:
        month = part.get("m") or str(MONTHS.index((part.get("month") or "")[:3].lower()) + 1)
        orders = [(month, part["d"])]
    for (number, day), year in product(orders, _years(part.get("year"))):
        try:
            yield date(year, int(number or 0), int(day or 0))
        except ValueError:
            continue


def _years(year: str | None) -> list[int]:
    if year:
        return [int(year) + (2000 if len(year) == 2 else 0)]
    this = timezone.localdate().year
    return [this - 1, this, this + 1]


def on_days(days: Iterable[date]) -> Q:
    """Departures that start on one of the days, by the clocks where their trip is."""
    return reduce(or_, (leaving_between(day, day) for day in days))
