"""Money that went back at the provider without us: a refund made in its dashboard, or the bank's reversal."""

from datetime import datetime
from decimal import Decimal

from django.db.models import Sum

from bookings.actors import Actor
from bookings.services import ledger
from bookings.services.outcome import add_events
from bookings.wording import money
from payments import emails
from payments.gateway import Answer, State
from payments.models import Payment, Refund
from payments.services import list_findings
from payments.services.crediting import give_receipts
from payments.services.refund_rows import fail, sum_of

Status = Refund.Status


def note(payment: Payment, answer: Answer, *, actor: Actor, now: datetime) -> None:
    """The locked, succeeded payment was refunded or reversed, says the provider: what is left of it is gone.

    A refund of our own that was sent explains it; that one is asked about by itself. Whether it explains all of it
    isn't told: a person looks.
    """
    gone = payment.refunds.filter(status=Status.SUCCEEDED).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    left = payment.amount - gone
    if left <= 0:
        return
    ours = payment.refunds.filter(kind=Refund.Kind.REFUND).exclude(status=Status.FAILED)
    sent = ours.filter(way=Refund.Way.PROVIDER, sent_at__isnull=False)
    if answer.state is State.REFUNDED and sent.exists():
        if not sent.filter(status__in=Refund.MOVING).update(next_check_at=now):
            list_findings.tell_doubt(payment, gone, changed_at=str(answer.raw.get("updated_at", "")), now=now)
        return
    why = "The bank took the payment back." if answer.state is State.REVERSED else "The provider was faster."
    for refund in ours.exclude(status=Status.SUCCEEDED):  # the money isn't there any more to be refunded
        refund.payment = payment
        if refund.status in Refund.MOVING:
            text = f"{why} {sum_of(refund)} was on its way back then; look at the provider whether it left, too."
            list_findings.tell_of(payment, text, occurrence=f"refund:{refund.pk}", now=now)
        fail(refund, why, actor=actor, now=now)
    refund = _external(payment, answer, left, now)
    text = _text(payment, refund)
    ledger.add_money(
        {payment.booking: -left}, kind="payment_taken_back", texts={payment.booking_id: text}, actor=actor, now=now
    )
    emails.withdraw_confirmation(payment, reason="The money was taken back.")


def note_round_trip(payment: Payment, answer: Answer, *, actor: Actor, now: datetime) -> None:
    """We hear of the payment when its money is gone again: both are written down, nothing is confirmed."""
    give_receipts([payment])
    refund = _external(payment, answer, payment.amount, now)
    text = f"{payment.tx_ref} was paid, and {_text(payment, refund)}"
    add_events([payment.booking], kind="payment_taken_back", text=text, actor=actor, now=now)


def _external(payment: Payment, answer: Answer, amount: Decimal, now: datetime) -> Refund:
    reversed_ = answer.state is State.REVERSED
    return Refund.objects.create(
        payment=payment,
        kind=Refund.Kind.REVERSAL if reversed_ else Refund.Kind.REFUND,
        way=Refund.Way.PROVIDER,
        amount=amount,
        status=Status.SUCCEEDED,
        reason="Reversed by the bank" if reversed_ else "Refunded at the provider, not asked for here",
        requested_by_label=str(payment.get_method_display()),
        provider_answer=answer.raw,
        sent_at=now,
        succeeded_at=now,
        created_at=now,
    )


def _text(payment: Payment, refund: Refund) -> str:
    return f"{payment.tx_ref}: {money(refund.amount, payment.currency)}, {refund.reason.lower()}"
