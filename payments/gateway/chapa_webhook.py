"""Whether an event is Chapa's own.

Chapa sends two headers. `x-chapa-signature` is the HMAC of the body. `chapa-signature` is mostly the HMAC of the secret
itself: a constant that proves nothing and fits any body, so it never counts; custom webhooks put the body's HMAC there.
"""

import hashlib
import hmac
from collections.abc import Mapping

HEADERS = ("x-chapa-signature", "chapa-signature")


def signature_ok(raw: bytes, headers: Mapping[str, str], secret: str) -> bool:
    """Whether a header, named in any case, holds the HMAC-SHA256 of exactly these bytes. Never without a secret."""
    if not secret:
        return False
    right = hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest().encode()
    given = {name.lower(): value for name, value in headers.items()}
    # Bytes: compare_digest refuses texts that aren't ASCII, and anybody may send those.
    fits = [hmac.compare_digest(right, given.get(name, "").strip().lower().encode()) for name in HEADERS]
    return any(fits)
