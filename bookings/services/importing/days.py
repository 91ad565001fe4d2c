"""How a cell's text can be read as a day."""

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

from bookings.services.importing.readings import LONGEST, Meanings, only

DMY, MDY = "dmy", "mdy"
PARTS = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})")
YEAR_FIRST = re.compile(r"([0-9]{4})([/.-])([0-9]{1,2})\2([0-9]{1,2})")
CLOCK = re.compile(r"[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.0+)?)?(?: ?[AP]M)?\Z", re.IGNORECASE)
MONTHS: Final = (
    *("jan(?:uary)?", "feb(?:ruary)?", "mar(?:ch)?", "apr(?:il)?", "may", "june?", "july?", "aug(?:ust)?"),
    *("sept?(?:ember)?", "oct(?:ober)?", "nov(?:ember)?", "dec(?:ember)?"),
)
MONTH = rf"(?:{'|'.join(MONTHS)})\.?"
WEEKDAY = r"(?:(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?,?\s+)?"
DAY = r"[0-9]{1,2}(?:st|nd|rd|th|\.)?"
NAMED = re.compile(
    rf"{WEEKDAY}(?:(?P<day>{DAY})[\s-]+(?P<month>{MONTH})|(?P<month_first>{MONTH})\s+(?P<day_second>{DAY}))"
    r",?[\s-]+(?P<year>[0-9]{4}|[0-9]{2})",
    re.IGNORECASE,
)
SERIAL = re.compile(r"[3-7][0-9]{4}(?:[.,]0+)?")
EXCEL_ZERO = date(1899, 12, 30)


def days_of(text: str) -> Meanings[date]:
    return _days(text.strip()) if len(text) < LONGEST and text.isascii() else {}


@lru_cache(10_000)
def _days(text: str) -> Meanings[date]:
    text = CLOCK.sub("", text)
    if match := YEAR_FIRST.fullmatch(text):
        return only(match[1], match[3], match[4])
    if match := NAMED.fullmatch(text):
        name, day = match["month"] or match["month_first"], match["day"] or match["day_second"]
        month = next(n for n, month in enumerate(MONTHS, 1) if month.startswith(name[:3].lower()))
        return only(match["year"], str(month), re.sub(r"[^0-9]", "", day))
    if SERIAL.fullmatch(text):
        return {"": EXCEL_ZERO + timedelta(days=int(text[:5]))}
    match = PARTS.fullmatch(text)
    if not match or (len(match[4]) == 2 and match[2] == "-"):  # 26-12-20 may begin with the year
        return {}
    dmy, mdy = only(match[4], match[3], match[1]), only(match[4], match[1], match[3])
    if dmy == mdy:
        return dmy
    return {order: found[""] for order, found in ((DMY, dmy), (MDY, mdy)) if found}
