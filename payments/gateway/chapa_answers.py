"""What Chapa's answers mean. The HTTP code comes first, then the message, then `data.status`; the status beside the
message only says that a question was understood."""

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from payments.gateway import Answer, Fault, State, Verdict
from payments.gateway.chapa_http import Reply, is_loopback
from payments.web_addresses import HTTPS_PORTS

PAYMENT_STATES = {
    "success": State.PAID,
    "pending": State.PENDING,
    "failed": State.FAILED,
    "cancelled": State.FAILED,
    "failed/cancelled": State.FAILED,
    "refunded": State.REFUNDED,
    "reversed": State.REVERSED,
}
REFUND_STATES = {
    "refund initiated": State.PENDING,
    "initiated": State.PENDING,
    "pending": State.PENDING,
    "processing": State.PENDING,
    "refunded": State.REFUNDED,
    "success": State.REFUNDED,
    "reversed": State.REVERSED,
    "failed": State.FAILED,
}
# Messages as `words` gives them.
NOT_PAID = "payment not paid yet"
NOT_FOUND = ("transaction not found", "invalid transaction reference", "refund not found")
NO_SUCH_REFUND = re.compile("not found|invalid .*(reference|refund)")
USED_BEFORE = "transaction reference has been used before"
ACCOUNT = ("can't receive payments", "payments through api is disabled", "subaccount", "split")
OUR_ACCOUNT = re.compile(
    r"\b(your|merchant|business)\b.{0,40}\b"
    r"(disabled|suspended|blocked|deactivated|inactive|not (active|approved|verified))\b"
)
OTHER_MODE = "secret keys can't be used"
KEY = ("authorization required", "invalid api key", OTHER_MODE)
LIVE_ONLY = "refunds can only be processed in live mode"
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


def no_answer(reply: Reply) -> Answer | None:
    """The Answer where the call's own rules don't matter: silence, nonsense, our key, our account."""
    body = reply.body or {}
    message, why = words(body.get("message")), told(body.get("message")) or "no reason given"
    if reply.code == 401 or (not reply.fine and reply.code < 500 and any(part in message for part in KEY)):
        fault = Fault.MODE if OTHER_MODE in message else Fault.KEY
        detail = f"Chapa refused our key: {why}. Check CHAPA_SECRET_KEY."
        return Answer(Verdict.MISCONFIGURED, detail, raw=kept(reply), fault=fault)
    if reply.code == 429:
        detail = "Chapa had too many questions at once (HTTP 429)."
        return Answer(Verdict.UNKNOWN, detail, raw=kept(reply), fault=Fault.SILENT)
    if reply.body is None or reply.code >= 500:
        detail = reply.problem or f"Chapa had an error (HTTP {reply.code})."
        return Answer(Verdict.UNKNOWN, detail, raw=kept(reply), fault=Fault.SILENT)
    if not reply.fine and (any(part in message for part in ACCOUNT) or OUR_ACCOUNT.search(message)):
        detail = f"Our account at Chapa isn't ready: {why}."
        return Answer(Verdict.MISCONFIGURED, detail, raw=kept(reply), fault=Fault.ACCOUNT)
    return None


def odd(reply: Reply) -> Answer:
    """An answer that stands in no document: as if there was none."""
    said = told((reply.body or {}).get("message")) or "nothing more"
    return Answer(Verdict.UNKNOWN, f"Chapa answered in a way we don't know (HTTP {reply.code}): {said}."[:255])


def refused(reply: Reply) -> Answer:
    body = reply.body or {}
    return Answer(Verdict.REFUSED, f"Chapa said no: {told(body.get('message')) or 'no reason given'}.", raw=kept(reply))


def is_refusal(reply: Reply) -> bool:
    """A definite no in Chapa's own form; other codes, and what a proxy says, are no answer."""
    body = reply.body or {}
    return reply.code in (400, 404, 422) and words(body.get("status")) in ("failed", "error")


def wrong_link(url: Any, *, hosts: tuple[str, ...], base_url: str) -> str:
    """Why no customer is sent to this checkout link; empty when it is right."""
    if not isinstance(url, str) or not url:
        return "Chapa gave no checkout link."
    # Browsers read these characters in other ways than we do.
    if len(url) > 500 or not url.isascii() or re.search(r"[\s\\@\x00-\x1f]", url):
        return "Chapa gave a checkout link that isn't safe to follow."
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "Chapa gave a checkout link that isn't safe to follow."
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(base_url)):
        return "Chapa gave a checkout link that isn't https."
    odd_port = parts.scheme == "https" and port not in HTTPS_PORTS
    if odd_port or host not in [allowed.lower() for allowed in hosts]:
        where = f"{host}:{port}" if odd_port else host
        return f"Chapa gave a checkout link to {safe(where, 80)}, which CHAPA_CHECKOUT_HOSTS doesn't allow."
    return ""
