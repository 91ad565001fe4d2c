"""What is always true of how payments and refunds are proved: a stored answer, or a person."""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import F

from payments.models import Payment, Refund
from payments.models.money import PaymentQuerySet

FETCH = 2000  # rows a round trip


def unproven() -> Iterator[str]:
    succeeded = Payment.objects.succeeded().order_by("pk")
    unverified = succeeded.online().filter(verify_answer__isnull=True)
    for tx_ref in unverified.values_list("tx_ref", flat=True).iterator(FETCH):
        yield f"Payment {tx_ref}: it succeeded, but no answer of the provider is kept."
    yield from _other_amounts(succeeded)
    for tx_ref in succeeded.filter(received_at__isnull=True).values_list("tx_ref", flat=True).iterator(FETCH):
        yield f"Payment {tx_ref}: it succeeded, but nobody knows when."
    nobody = succeeded.by_hand().filter(recorded_by__isnull=True)
    for tx_ref in nobody.values_list("tx_ref", flat=True).iterator(FETCH):
        yield f"Payment {tx_ref}: it was recorded by hand, but names nobody who did."


def _other_amounts(succeeded: PaymentQuerySet) -> Iterator[str]:
    """The kept answer of the provider names the amount that is booked. It is text there, and any text at all."""
    kept = succeeded.online().filter(verify_answer__has_key="amount")
    rows = kept.values_list("tx_ref", "currency", "amount", "verify_answer")
    for tx_ref, currency, amount, answer in rows.iterator(FETCH):
        theirs = (answer or {}).get("amount")  # SQLite would make a number of the text
        if not _is_amount(theirs, amount):
            yield f"Payment {tx_ref}: it is {currency} {amount:.2f}, but the provider's answer says {theirs}."


def _is_amount(text: Any, amount: Decimal) -> bool:
    try:
        return Decimal(str(text)) == amount
    except InvalidOperation:
        return False


def unproven_refunds() -> Iterator[str]:
    """Paid back through a provider only by its answer or a person's decision, and by nobody's own approval."""
    sent = Refund.objects.succeeded().filter(way=Refund.Way.PROVIDER)
    unproven = sent.filter(provider_answer__isnull=True).order_by("pk")
    for pk, tx_ref in unproven.values_list("pk", "payment__tx_ref").iterator(FETCH):
        yield f"Refund {pk} of {tx_ref}: it went through the provider, but no answer or decision is kept."
    timeless = Refund.objects.succeeded().filter(succeeded_at__isnull=True).order_by("pk")
    for pk, tx_ref in timeless.values_list("pk", "payment__tx_ref").iterator(FETCH):
        yield f"Refund {pk} of {tx_ref}: it succeeded, but nobody knows when."
    alone = Refund.objects.filter(approved_by=F("requested_by")).order_by("pk")
    for pk, tx_ref in alone.values_list("pk", "payment__tx_ref").iterator(FETCH):
        yield f"Refund {pk} of {tx_ref}: who asked for it has approved it."
