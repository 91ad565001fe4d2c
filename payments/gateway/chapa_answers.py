"""What Chapa's answers mean. The HTTP code comes first, then the message, then `data.status`; the status beside the
message only says that a question was understood."""

import re
from typing import Any
from urllib.parse import urlsplit

from payments.gateway import Answer, Fault, State, Verdict
from payments.gateway.chapa_http import Reply, is_loopback
from payments.gateway.chapa_words import kept, safe, told, words
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
