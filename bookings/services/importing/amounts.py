"""How a cell's text can be read as an amount of money."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

from bookings.services.importing.readings import LONGEST, Meanings
from bookings.tables import Typed

POINT, COMMA = "1,234.50", "1.234,50"
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


def money_text(value: Decimal) -> str:
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
