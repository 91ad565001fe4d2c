"""The sandbox's webhook: signed and sent over HTTP like a real provider's, with a secret that nobody has to set."""

import hashlib
import hmac
import json

import httpx
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from payments.gateway.sandbox import is_on, reference_of
from payments.models import SandboxCheckout

SECONDS = 10
EVENTS = {
    "success": "charge.success",
    "failed": "charge.failed/cancelled",
    "failed/cancelled": "charge.failed/cancelled",
}


def secret() -> str:
    return salted_hmac("tourdesk.sandbox-webhook", "secret", algorithm="sha256").hexdigest()


def sign(raw: bytes) -> dict[str, str]:
    signature = hmac.new(secret().encode(), raw, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "x-chapa-signature": signature}


def event_of(checkout: SandboxCheckout) -> bytes:
    """In the shape of Chapa's own sample (Chapa docs, webhooks)."""
    body = {
        "event": EVENTS[checkout.status],
        "first_name": "",
        "last_name": "",
        "email": None,
        "mobile": "",
        "currency": checkout.currency,
        "amount": f"{checkout.amount:.2f}",
        "charge": "0.00",
        "status": checkout.status,
        "mode": "test",
        "reference": reference_of(checkout),
        "created_at": checkout.created_at.isoformat(),
        "updated_at": timezone.now().isoformat(),
        "type": "API",
        "tx_ref": checkout.tx_ref,
        "payment_method": "sandbox",
        "customization": {"title": None, "description": None, "logo": None},
        "meta": None,
    }
    return json.dumps(body, separators=(",", ":")).encode()


def send(checkout_id: int) -> str:
    """Post what became of a checkout; the HTTP status, or why there was none. The poll settles it all the same."""
    checkout = SandboxCheckout.objects.filter(pk=checkout_id, status__in=EVENTS).first()
    if checkout is None or not is_on():
        return "nothing to tell"
    raw = event_of(checkout)
    path = reverse("provider-webhook", args=["sandbox"])
    try:
        response = httpx.post(
            f"{settings.SITE_URL}{path}",
            content=raw,
            headers=sign(raw),
            timeout=SECONDS,
        )
    except httpx.HTTPError as error:
        return f"not delivered: {type(error).__name__}"
    return f"HTTP {response.status_code}"
