"""What is kept of a provider's event: enough to find the payment and to follow it up, and nothing about people.

Only fields that are known not to tell who paid are kept; a new field of the provider's shows by its name alone.
"""

import json
import re
from typing import Any

KEPT = frozenset(
    {"event", "type", "status", "mode", "currency", "amount", "charge", "reference", "ref_id", "tx_ref", "trx_ref"}
    | {"chapa_reference", "bank_reference", "bank_id", "method", "payment_method", "created_at", "updated_at"}
)
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
PLAIN = re.compile(r"[A-Za-z0-9._:/+, -]{0,100}")
PHONE = re.compile(r"(?<![A-Za-z0-9])\+?(?:251|0)[ .-]?[79](?:[ .-]?\d){8}(?![A-Za-z0-9])")
TX_REF = re.compile(r"[A-Za-z0-9._-]{1,100}")
EVENT = re.compile(r"[A-Za-z0-9._/-]{1,60}")
LONGEST_NUMBER = 10**15
MAX_FIELDS = 60
HIDDEN = "[removed]"


def read_event(raw: bytes) -> dict[str, Any]:
    """The event's flat object, unwrapped where a `data` object holds it; empty when the bytes hold none."""
    try:
        body = json.loads(raw.decode("utf-8"), parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(body, dict):
        return {}
    inner = body.get("data")
    return {"event": body.get("event"), **inner} if isinstance(inner, dict) else body


def event_name(event: dict[str, Any]) -> str:
    return _matching(EVENT, event.get("event"))


def tx_ref_of(event: dict[str, Any]) -> str:
    """Our reference; the callback's spelling counts too."""
    return _matching(TX_REF, event.get("tx_ref") or event.get("trx_ref"))


def reference_of(event: dict[str, Any]) -> str:
    """The provider's own reference."""
    return _matching(TX_REF, event.get("reference"))


def _matching(pattern: re.Pattern[str], value: Any) -> str:
    fits = isinstance(value, str) and pattern.fullmatch(value) and not PHONE.search(value)
    return str(value) if fits else ""


def without_people(event: dict[str, Any]) -> dict[str, Any]:
    """JSON that any database keeps: known fields as they came, of the others only that there was something."""
    names = [name for name in event if NAME.fullmatch(name)][:MAX_FIELDS]
    return {name: _kept(event[name]) if name in KEPT else _hidden(event[name]) for name in names}


def _kept(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < LONGEST_NUMBER and not PHONE.search(str(value)) else HIDDEN
    return value if isinstance(value, str) and (value == "" or _matching(PLAIN, value)) else HIDDEN


def _hidden(value: Any) -> Any:
    return value if value in (None, "") else HIDDEN
