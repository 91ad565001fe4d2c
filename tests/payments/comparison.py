"""Our payments beside the provider's list of them."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from payments.models import Payment, ProviderEvent, Refund
from payments.services.provider_events import reconcile
from tests.attempts import ask, begin, later
from tests.factories import NOW, make_user
from tests.provider import Provider

TONIGHT = later(60 * 12)


def at_chapa(provider: Provider, payment: Payment, minutes: float = 0, days_ago: float = 0) -> None:
    """Chapa's clock says when it began, as ours does."""
    provider.book.txs[payment.tx_ref].created_at = later(minutes) - timedelta(days=days_ago)


def paid(provider: Provider, *, heard: bool = True) -> Payment:
    payment = begin()
    at_chapa(provider, payment)
    provider.pay(payment.tx_ref)
    if heard:
        ask(payment)
        payment.refresh_from_db()
    return payment


def refund_of(payment: Payment, amount: str, status: str) -> None:
    """Through the provider, by a person; only its row."""
    Refund.objects.create(
        payment=payment,
        way="provider",
        amount=Decimal(amount),
        status=status,
        reason="Ill",
        requested_by=make_user(),
        requested_by_label="Sara",
        sent_at=NOW,
        created_at=NOW,
    )


def run(now: datetime = TONIGHT) -> dict[str, Any]:
    return reconcile.reconcile_payments(now=now)


def found(**fields: Any) -> dict[str, Any]:
    return {"compared": 0, "only_theirs": [], "only_ours": [], "differs": [], "complete": True} | fields


def told() -> list[tuple[str, str, str]]:
    """(event, status, sentence) of what stands in the inbox."""
    return list(ProviderEvent.objects.order_by("pk").values_list("event", "status", "last_error"))
