"""Values that are no URL: each is right, or ends the start."""

import re
from collections.abc import Collection
from decimal import Decimal

from config import mail_address
from config.env.source import stop, text
from notifications import numbers


def words(name: str, default: str = "") -> list[str]:
    """A list divided by commas."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def roles(name: str, known: Collection[str]) -> list[str]:
    """Names of roles divided by commas. A wrong one would protect nobody, so it stops the start."""
    found = words(name)
    if strange := [role for role in found if role not in known]:
        stop(name, f"names {', '.join(strange)}, which is no role; the roles are {', '.join(known)}.")
    return found


def flag(name: str, default: bool = False) -> bool:
    value = text(name, str(default)).lower()
    if value not in {"true", "false", "1", "0", "yes", "no", "on", "off"}:
        stop(name, "wants true or false.")
    return value in {"true", "1", "yes", "on"}


def number(name: str, default: int, least: int = 0) -> int:
    value = text(name, str(default))
    found = numbers.whole(value)
    if found is None or found < least:
        stop(name, f"wants a whole number of at least {least}.")
    return found


def amounts(name: str, default: str) -> dict[str, Decimal]:
    """{currency: amount} of ETB:10000,USD:150."""
    found = {}
    for word in words(name, default):
        currency, _, text_of_it = word.partition(":")
        amount = numbers.amount(text_of_it)
        if not re.fullmatch(r"[A-Z]{3}", currency) or amount is None or amount >= 10**10:
            stop(name, "wants a currency and an amount each, divided by commas, such as ETB:10000,USD:150.")
        found[currency] = amount
    return found


def port(name: str, default: int) -> int:
    value = number(name, default, least=1)
    if value > 65535:
        stop(name, "wants a port, 1 to 65535.")
    return value


def address(name: str, default: str) -> str:
    """A mail address, alone or as in: Name <desk@example.com>."""
    value = text(name, default)
    if wants := mail_address.why_unusable(value):
        stop(name, wants)
    return value


def bare_address(name: str, default: str) -> str:
    """As `address`, for one that stands in texts and links: the address alone."""
    return mail_address.bare(address(name, default))


def rate(name: str, default: str) -> str:
    """How many calls in what time."""
    value = text(name, default)
    if not re.fullmatch(r"[1-9][0-9]{0,8}/(s|m|h|d|sec|min|hour|day)", value):
        stop(name, "wants a number and a time, such as 600/min (s, min, hour or day).")
    return value


def choice(name: str, default: str, allowed: str) -> str:
    value = text(name, default)
    if value not in allowed.split():
        stop(name, f"wants one of: {', '.join(allowed.split())}.")
    return value
