"""Chapa's words and values: read strictly, and kept without what is personal."""

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from payments.gateway.chapa_http import Reply

KEPT = ("status", "amount", "charge", "currency", "mode", "method", "type", "reference", "tx_ref")
KEPT_TOO = ("ref", "ref_id", "merchant_reference", "chapa_reference", "payment_reference", "created_at", "updated_at")
MOST = Decimal(10) ** 10
NUMBER = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,10})?")
PERSONAL = re.compile(r"\S+@\S+|\+?[0-9][0-9 ()-]{6,}[0-9]|CHA[A-Z]+_?[A-Z]*[-_]\S+")


def words(message: Any) -> str:
    """A message to compare with: Chapa writes both ' and ’, and isn't sure of its capitals."""
    text = message if isinstance(message, str) else ""
    return " ".join(text.replace("’", "'").replace("‘", "'").replace("`", "'").casefold().split())


def told(message: Any) -> str:
    """A message as staff may read it, without addresses, numbers and keys; "email: validation.email" of a form."""
    if isinstance(message, dict):
        parts = [f"{field}: {_codes(codes)}" for field, codes in message.items()]
        message = "; ".join(parts)
    return safe(message, 180).rstrip(".")


def _codes(codes: Any) -> str:
    return ", ".join(str(code) for code in codes) if isinstance(codes, list) else str(codes)


def safe(value: Any, most: int = 200) -> str:
    """A scalar as a short text that a database can keep and anybody here may see."""
    if value is None or isinstance(value, dict | list):
        return ""
    text = str(value).replace("\0", "").encode("utf-8", errors="replace").decode("utf-8")
    return PERSONAL.sub("…", text)[:most]


def name_of(value: Any) -> str:
    """A reference; it is compared, so nothing is cut out of it."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).replace("\0", "").encode("utf-8", errors="replace").decode("utf-8").strip()[:100]


def money(value: Any) -> Decimal | None:
    """100, 3.5, "400.00", "12.000"; None for everything that isn't an amount, such as NaN, -1 and true."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        return None
    if isinstance(value, str) and not NUMBER.fullmatch(value.strip()):
        return None
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 <= amount < MOST else None


def fee(value: Any) -> Decimal | None:
    """Chapa's charge, to the cent: it is kept and shown, never compared."""
    amount = money(value)
    return None if amount is None else round(amount, 2)


def moment(value: Any) -> datetime | None:
    """Chapa's times are UTC, such as 2023-02-02T07:05:23.000000Z."""
    try:
        at = datetime.fromisoformat(str(value))
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def parts(reply: Reply) -> tuple[dict[str, Any], dict[str, Any]]:
    """(body, its data); nothing where they aren't objects."""
    body = reply.body or {}
    data = body.get("data")
    return body, data if isinstance(data, dict) else {}


def kept(reply: Reply) -> dict[str, Any]:
    """What is stored of an answer for people to read: nothing about the payer."""
    body, data = parts(reply)
    raw = {"http": str(reply.code), "message": told(body.get("message")), "answer": safe(body.get("status"))}
    for name in KEPT + KEPT_TOO:
        value = data.get(name)
        raw[name] = name_of(value) if "ref" in name or name.endswith("_at") else safe(value, 60)
    return {name: text for name, text in raw.items() if text}
