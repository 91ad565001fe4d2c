"""Plain facts → words in a mail's language: days, times, money, states, ways to pay.

A row keeps plain values (2026-11-24 07:30+03:00, pending, 900.00), because nobody knows yet in which language it will
be read. Days and months come from CLDR (Babel); our own codes have their words here. What isn't a plain value, as in
rows of before, is shown as it stands.
"""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from django.utils.safestring import SafeString

MOMENTS: Final = frozenset({"starts", "ends", "old_starts", "hold_until", "received", "as_of"})
DAYS: Final = frozenset({"balance_due"})
MONEY: Final = frozenset({"total", "deposit_due", "due_now", "paid", "balance", "overpaid", "amount", "refunded"})
MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d[+-]\d\d:\d\d(:\d\d)?")
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")

Table = dict[str, dict[str, str]]
STATUSES: Final[Table] = {
    "waitlisted": {"en": "Waiting list", "am": "በተጠባባቂዎች ዝርዝር"},
    "pending": {"en": "Pending", "am": "በመጠባበቅ ላይ"},
    "confirmed": {"en": "Confirmed", "am": "ተረጋግጧል"},
    "expired": {"en": "Expired", "am": "ጊዜው አልፏል"},
    "cancelled": {"en": "Cancelled", "am": "ተሰርዟል"},
    "completed": {"en": "Completed", "am": "ተጠናቋል"},
    "no_show": {"en": "No-show", "am": "አልተገኙም"},
}
METHODS: Final[Table] = {  # payments.providers adds theirs
    "cash": {"en": "Cash", "am": "ጥሬ ገንዘብ"},
    "bank_transfer": {"en": "Bank transfer", "am": "የባንክ ዝውውር"},
    "card": {"en": "Card terminal", "am": "የካርድ ማሽን"},
    "other": {"en": "Other", "am": "ሌላ"},
    "provider": {"en": "Through the provider", "am": "በክፍያ አቅራቢው በኩል"},
}
CODES: Final[dict[str, Table]] = {"status": STATUSES, "method": METHODS, "way": METHODS}


class Said(SafeString):
    """Words that still equal the plain value that they say, so that a text can ask {% if status == "pending" %}.

    A text of before asks for the English label; it equals that, too. The words are only ours, so they are safe; and a
    template's own "pending" is a SafeString, which leaves the comparison to us only if we are one.
    """

    __slots__ = ("plain",)
    plain: tuple[str, ...]

    def __new__(cls, words: str, *plain: str) -> "Said":
        said = super().__new__(cls, words)
        said.plain = plain
        return said

    def __eq__(self, other: object) -> bool:
        return str.__eq__(self, other) is True or other in self.plain

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


def said(name: str, value: str, language: str) -> str:
    """The fact of this name in words; `value` itself where it isn't a plain one."""
    if name in MOMENTS and MOMENT.fullmatch(value):
        return moment(value, language)
    if name in DAYS and DAY.fullmatch(value):
        return day(value, language)
    if name in MONEY:
        return _money(value, language)
    return _code(CODES[name], value, language) if name in CODES else value


def moment(value: str, language: str) -> str:
    """Of 2026-11-24 07:30+03:00, such as Tue 24 November 2026, 07:30: the clock is that of the offset."""
    try:
        when = datetime.fromisoformat(value).replace(tzinfo=None)
    except ValueError:
        return value
    return Said(format_datetime(when, "EEE d MMMM y, HH:mm", locale=_locale(language)), value)


def day(value: str, language: str) -> str:
    """Of 2026-11-24, such as Tue 24 November 2026."""
    try:
        return Said(format_date(date.fromisoformat(value), "EEE d MMMM y", locale=_locale(language)), value)
    except ValueError:
        return value


def of_language(words: dict[str, str], language: str) -> str:
    """English where there are none in the language."""
    return words.get(language) or words.get(language.partition("-")[0]) or words["en"]


def _money(value: str, language: str) -> str:
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return value
    if not amount.is_finite():
        return value
    return Said(format_decimal(amount, "#,##0.00", locale=_locale(language)), value)


def _code(table: Table, value: str, language: str) -> str:
    code = next((code for code, words in table.items() if value in (code, words["en"])), None)
    if code is None:
        return value
    return Said(of_language(table[code], language), code, table[code]["en"])


def _locale(language: str) -> Any:
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")
