"""How a file writes its numbers and days. Some cells can be read in two ways; the others of the file decide.

“1.500” is fifteen hundred or one and a half, 03/04/2026 is in April or in March. A cell such as “1.500,00” or
20/12/2026 has one reading: it proves how the file is written. Where nothing proves it a person is asked.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Final, TypeVar

from bookings.tables import Record, Typed

T = TypeVar("T")
POINT, COMMA = "1,234.50", "1.234,50"
DMY, MDY = "dmy", "mdy"
LONGEST = 50  # of an amount or a day
BOTH = "both"  # a column that proves two styles
NUMBERS: Final = {POINT: "1,234.50 (a point before the cents)", COMMA: "1.234,50 (a comma before the cents)"}
DATES: Final = {DMY: "20/12/2026 (day first)", MDY: "12/20/2026 (month first)"}
# A currency before or after, as spreadsheets format it.
SIGNS: Final = {"€": "EUR", "EUR": "EUR", "$": "USD", "US$": "USD", "USD": "USD"} | dict.fromkeys(
    ("ETB", "BR", "BIRR"), "ETB"
)
SIGN = re.compile(
    r"(?P<before>[^\d\s,.'’-]{0,4})\s*(?P<number>[\d,.'’ ]*?)"
    r"(?:[.,][-–—]{1,2})?\s*(?P<after>[^\d\s,.'’-]{0,4})\.?"
)
BLANKS = str.maketrans(dict.fromkeys("\u00a0\u2007\u2009\u202f", " "))
SPACED = re.compile(r"[0-9]{1,3}(?:([ '’])[0-9]{3})(?:\1[0-9]{3})*(?=[.,]|\Z)")
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
Meanings = Mapping[str, T]


@dataclass(frozen=True)
class Decision:
    """How each column is read; `asked` has the first cell that can be read in two ways, and what it may be."""

    styles: Mapping[str, str] = field(default_factory=dict)
    example: str = ""
    readings: Mapping[str, str] = field(default_factory=dict)

    @property
    def style(self) -> str:
        """The one style of the file; nothing when it is open or differs."""
        styles = set(self.styles.values())
        return styles.pop() if len(styles) == 1 and not styles & {BOTH} else ""


@dataclass(frozen=True)
class Styles:
    numbers: Decision = Decision()
    dates: Decision = Decision()


def styles_of(
    records: Sequence[Record], *, money: Sequence[str], days: Sequence[str], numbers: str = "", dates: str = ""
) -> Styles:
    """`numbers` and `dates` are what a person has chosen: that counts for every column."""
    return Styles(
        numbers=_decide(records, money, amounts, numbers, _money_text),
        dates=_decide(records, days, days_of, dates, lambda value: f"{value.day} {value:%B %Y}"),
    )


def _decide(
    records: Sequence[Record],
    columns: Sequence[str],
    meanings: Callable[[str], Meanings[T]],
    chosen: str,
    shown: Callable[[T], str],
) -> Decision:
    proved: dict[str, set[str]] = {column: set() for column in columns}
    open_cells: dict[str, str] = {}  # by column the first that has two readings
    for record in records:
        for column in columns:
            found = meanings(record.cells.get(column, ""))
            if len(found) == 1:
                proved[column] |= found.keys() - {""}
            elif found:
                open_cells.setdefault(column, record.cells[column].strip())
    everywhere = set().union(*proved.values())
    if chosen or len(everywhere) == 1:
        styles = dict.fromkeys(columns, chosen or next(iter(everywhere)))
        asked = open_cells
    else:
        styles = {column: BOTH if len(found) > 1 else "".join(found) for column, found in proved.items()}
        asked = {column: column for column, style in styles.items() if style == BOTH}
        asked |= {column: text for column, text in open_cells.items() if styles[column] in ("", BOTH)}
    example = next(iter(asked.values()), "")
    readings = {style: shown(value) for style, value in meanings(example).items()}
    return Decision(styles if everywhere or example else {}, example, readings)


def _money_text(value: Decimal) -> str:
    return f"{value:,.2f}" if value == round(value, 2) else f"{value:,f}"


def amounts(text: str) -> Meanings[Decimal]:
    """What an amount may be, by the style in which it is; under "" where the style makes no difference."""
    if isinstance(text, Typed):  # a number of the workbook's own
        return {"": Decimal(text)} if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) else {}
    return _amounts(text)


def currency_of(text: str) -> str:
    """The currency whose sign stands at the amount, if any."""
    plain = isinstance(text, Typed) or len(text) >= LONGEST
    match = None if plain else SIGN.fullmatch(text.translate(BLANKS).strip())
    sign = (match["before"] or match["after"]).upper() if match else ""
    return SIGNS.get(sign, "")


@lru_cache(10_000)
def _amounts(text: str) -> Meanings[Decimal]:
    match = SIGN.fullmatch(text.translate(BLANKS).strip()) if len(text) < LONGEST else None
    if not match or not {match["before"].upper(), match["after"].upper()} <= {"", *SIGNS}:
        return {}
    if match["before"] and match["after"]:
        return {}
    number = match["number"].strip()
    if grouped := SPACED.match(number):
        number = re.sub("[ '’]", "", grouped[0]) + number[grouped.end() :]
        return _decimals(number)
    return _by_signs(number)


def _decimals(number: str) -> Meanings[Decimal]:
    """The thousands are apart already: what is left stands before the cents."""
    if not re.fullmatch(r"[0-9]+([.,][0-9]{1,2})?", number):
        return {}
    style = POINT if "." in number else COMMA if "," in number else ""
    return {style: Decimal(number.replace(",", "."))}


def _by_signs(number: str) -> Meanings[Decimal]:
    if re.fullmatch(r"[0-9]+", number):
        return {"": Decimal(number)}
    found = {}
    for style, thousands, cents in ((POINT, ",", r"\."), (COMMA, r"\.", ",")):
        if re.fullmatch(rf"(?:[1-9][0-9]{{0,2}}(?:{thousands}[0-9]{{3}})+|[0-9]+)(?:{cents}[0-9]+)?", number):
            plain = re.sub(thousands, "", number).replace(",", ".")
            found[style] = Decimal(plain)
    return found


def days_of(text: str) -> Meanings[date]:
    return _days(text.strip()) if len(text) < LONGEST and text.isascii() else {}


@lru_cache(10_000)
def _days(text: str) -> Meanings[date]:
    text = CLOCK.sub("", text)
    if match := YEAR_FIRST.fullmatch(text):
        return _only(match[1], match[3], match[4])
    if match := NAMED.fullmatch(text):
        name, day = match["month"] or match["month_first"], match["day"] or match["day_second"]
        month = next(n for n, month in enumerate(MONTHS, 1) if month.startswith(name[:3].lower()))
        return _only(match["year"], str(month), re.sub(r"[^0-9]", "", day))
    if SERIAL.fullmatch(text):
        return {"": EXCEL_ZERO + timedelta(days=int(text[:5]))}
    match = PARTS.fullmatch(text)
    if not match or (len(match[4]) == 2 and match[2] == "-"):  # 26-12-20 may begin with the year
        return {}
    dmy, mdy = _only(match[4], match[3], match[1]), _only(match[4], match[1], match[3])
    if dmy == mdy:
        return dmy
    return {order: found[""] for order, found in ((DMY, dmy), (MDY, mdy)) if found}


def _only(year: str, month: str, day: str) -> Meanings[date]:
    try:
        found = date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return {}
    return {"": found} if 2000 <= found.year < 2100 else {}


def read(found: Meanings[T], style: str) -> T | None:
    """The reading in this style. Raises ValueError while the style is open; None when there is no such reading."""
    if "" in found:
        return found[""]
    if style == BOTH and found:
        raise ValueError("stands in a column that is written in two ways. Choose how the file is written.")
    if not style and len(found) > 1:
        raise ValueError("can be read in two ways. Choose how the file is written.")
    return found.get(style)


@dataclass(frozen=True)
class Question:
    """`answer` is how the file is read; nothing where only a person can say it. `options`: {style: label}."""

    name: str
    text: str
    options: Mapping[str, str]
    answer: str

    def as_json(self) -> dict[str, str | list[str]]:
        return {"option": f"--{self.name}", "question": self.text, "values": list(self.options)}


def questions(styles: Styles) -> Iterator[Question]:
    """One for each kind of cell that can be read in two ways."""
    kinds = (
        ("numbers", "How does this file write its numbers?", NUMBERS, styles.numbers),
        ("dates", "How does this file write its dates?", DATES, styles.dates),
    )
    for name, text, labels, decision in kinds:
        if decision.example:
            read_as = decision.readings
            options = {
                style: f"{label}: {decision.example} is {read_as[style]}" if style in read_as else label
                for style, label in labels.items()
            }
            yield Question(name, text, options, decision.style)
