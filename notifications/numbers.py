"""Numbers from outside, in one spelling for the API, forms, query strings, the environment and spreadsheets.

Digits are 0 to 9, and a full stop stands before the decimals. There is nothing else: no sign, no exponent, no
thousands, no leading zeros, no blanks, no other script's digits. (Python's own int() and Decimal() take “1_000”,
“+6”, “1e3”, “٦” and “６”.)
"""

import re
from datetime import date
from decimal import Decimal

WHOLE = re.compile(r"0|[1-9][0-9]{0,17}")
AMOUNT = re.compile(r"(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,2})?")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WANTS_WHOLE = "Write a whole number in the digits 0 to 9, such as 12."
WANTS_AMOUNT = "Write an amount in the digits 0 to 9, with a full stop before the cents, such as 1500.00."


def whole(text: str) -> int | None:
    """Such as 12; None for anything that isn't written so."""
    return int(text) if WHOLE.fullmatch(text) else None


def amount(text: str) -> Decimal | None:
    """Money of any currency, such as 1500, 1500.5 or 1500.00; None for anything that isn't written so."""
    return Decimal(text) if AMOUNT.fullmatch(text) else None


def day(text: str) -> date | None:
    """Such as 2026-07-01; None for anything that isn't written so, or is no day."""
    try:
        return date.fromisoformat(text) if DAY.fullmatch(text) else None
    except ValueError:
        return None
