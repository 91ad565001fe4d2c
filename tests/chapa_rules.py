"""What Chapa's initialize refuses, in the words of its documentation and of those who met it."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

REQUIRED = ("amount", "currency", "tx_ref")
CURRENCIES = ("ETB", "USD")
MOST = Decimal("9999999.99")
PLAIN = re.compile(r"[A-Za-z0-9_. -]*\Z")
REFERENCE = re.compile(r"[A-Za-z0-9._-]{1,50}\Z")
REFUND_REFERENCE = re.compile(r"[A-Za-z0-9-]{1,36}\Z")
PHONE = re.compile(r"0[79]\d{8}\Z")
ADDRESS = re.compile(r"[^@\s]+@([^@\s]+\.[^@\s]+)\Z")
LINK = re.compile(r"https?://\S+\Z")
WITHOUT_MAIL = re.compile(r"(^|\.)(example\.(com|net|org)|test\.com|example|test|invalid|localhost)\Z", re.IGNORECASE)

Refusal = tuple[int, Any]  # HTTP code, Chapa's message


def refusal(order: dict[str, Any], *, used: bool) -> Refusal | None:
    """Why this order is refused. `used`: a transaction had this tx_ref before."""
    missing = {name: ["validation.required"] for name in REQUIRED if not order.get(name)}
    if missing:
        return 400, missing
    if order["currency"] not in CURRENCIES:
        return 400, f"Invalid currency, {order['currency']} is not supported"
    if wrong := _amount(order["amount"]) or _fields(order):
        return 400, wrong
    return (400, "Transaction reference has been used before") if used else None


def _amount(given: Any) -> dict[str, list[str]] | str:
    try:
        amount = Decimal(str(given))
    except InvalidOperation:
        return {"amount": ["The amount field must be a number."]}
    if not amount.is_finite() or amount <= 0:
        return {"amount": ["The amount field must be a number."]}
    return "The amount must not exceed maximum limit" if amount > MOST else {}


def _fields(order: dict[str, Any]) -> dict[str, list[str]]:
    texts = order.get("customization") or {}
    title, description = texts.get("title"), texts.get("description")
    email, phone = order.get("email"), order.get("phone_number")
    wrong = {
        "tx_ref": not REFERENCE.match(str(order["tx_ref"])),
        "email": email is not None and not _reachable(email),
        "phone_number": phone is not None and not PHONE.match(str(phone)),
        "return_url": "return_url" in order and not LINK.match(str(order["return_url"])),
        "callback_url": "callback_url" in order and not LINK.match(str(order["callback_url"])),
        "customization.title": title is not None and not (0 < len(title) <= 16 and PLAIN.match(title)),
        "customization.description": description is not None
        and not (0 < len(description) <= 50 and PLAIN.match(description)),
    }
    return {name: [f"validation.{name.rpartition('.')[2]}"] for name, is_wrong in wrong.items() if is_wrong}


def _reachable(email: Any) -> bool:
    match = ADDRESS.match(str(email))
    return bool(match and not WITHOUT_MAIL.search(match[1]))
