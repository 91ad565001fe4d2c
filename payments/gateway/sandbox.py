"""The provider of a house without a key: it takes no money, but its checkout page behaves like one.

What it knows stands in SandboxCheckout; payments/sandbox_page.py shows its page and presses its buttons.
"""

import secrets
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from payments.gateway import Answer, Order, State, Transaction, Verdict
from payments.models import SandboxCheckout

RETRIABLE = ("pending", "failed")  # as at Chapa: a failed attempt may be tried again on the same link
STATES = {"success": State.PAID, "failed": State.FAILED, "failed/cancelled": State.FAILED, "pending": State.PENDING}


def is_on() -> bool:
    """Whether anything of the sandbox may move a payment: never beside a real key, nor where nobody asked for it."""
    return settings.PAYMENTS_SANDBOX and not settings.CHAPA_SECRET_KEY


class Sandbox:
    """As gateway.Gateway says, without a network; only where is_on()."""

    method = "sandbox"
    label = "Sandbox"
    mode = "test"

    def __init__(self) -> None:
        if not is_on():
            raise ImproperlyConfigured("The sandbox runs only where PAYMENTS_SANDBOX is true, never beside a real key.")

    def initialise(self, order: Order) -> Answer:
        checkout = SandboxCheckout.objects.create(
            tx_ref=order.tx_ref,
            token=secrets.token_urlsafe(24),
            amount=order.amount,
            currency=order.currency,
            return_url=order.return_url,
            created_at=timezone.now(),
        )
        path = reverse("sandbox-checkout", args=[checkout.token])
        return Answer(Verdict.DONE, "Not paid yet.", State.PENDING, checkout_url=f"{settings.SITE_URL}{path}")

    def verify(self, *, tx_ref: str) -> Answer:
        checkout = SandboxCheckout.objects.filter(tx_ref=tx_ref).first()
        if checkout is None:
            return Answer(Verdict.DONE, "The sandbox knows no such transaction.", State.NOT_FOUND)
        return Answer(
            Verdict.DONE,
            f"The sandbox says: {checkout.status}.",
            _state(checkout),
            reference=reference_of(checkout),
            tx_ref=tx_ref,
            amount=checkout.amount,
            charge=Decimal(0),
            currency=checkout.currency,
            mode=self.mode,
            raw={"status": checkout.status, "amount": f"{checkout.amount:.2f}", "currency": checkout.currency},
        )

    def cancel(self, *, tx_ref: str) -> Answer:
        live = SandboxCheckout.objects.filter(tx_ref=tx_ref, status__in=RETRIABLE)
        closed = live.update(status="failed/cancelled")
        return Answer(Verdict.DONE if closed else Verdict.REFUSED, "The link is over.")

    def refund(self, *, tx_ref: str, reference: str, amount: Decimal, reason: str, refund_ref: str = "") -> Answer:
        paid = SandboxCheckout.objects.filter(tx_ref=tx_ref, status="success")
        if not paid.filter(amount__gte=F("refunded") + amount).update(refunded=F("refunded") + amount):
            return Answer(Verdict.REFUSED, "The sandbox holds less than that.")
        return Answer(Verdict.DONE, "Refunded.", State.REFUNDED, reference=f"{reference}-R")

    def refund_status(self, *, reference: str) -> Answer:
        return Answer(Verdict.DONE, "Refunded.", State.REFUNDED, reference=reference)

    def transactions(self, *, since: datetime) -> Iterator[Transaction]:
        for checkout in SandboxCheckout.objects.filter(created_at__gte=since).order_by("-pk"):
            reference, state = reference_of(checkout), _state(checkout)
            yield Transaction(reference, state, checkout.amount, checkout.currency, checkout.created_at)


def _state(checkout: SandboxCheckout) -> State:
    return State.REFUNDED if checkout.refunded >= checkout.amount else STATES.get(checkout.status, State.ODD)


def reference_of(checkout: SandboxCheckout) -> str:
    """The sandbox's own name of a transaction."""
    return f"SB{checkout.pk:08d}"
