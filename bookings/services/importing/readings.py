"""What one cell may mean: a value for each style that it can be read in."""

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

T = TypeVar("T")
LONGEST = 50  # of an amount or a day
Meanings = Mapping[str, T]


def only(year: str, month: str, day: str) -> Meanings[date]:
    try:
        found = date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return {}
    return {"": found} if 2000 <= found.year < 2100 else {}
