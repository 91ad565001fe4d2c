"""A payment that was recorded wrongly by hand: a void row of its whole amount; the payment stays as it is."""

from datetime import datetime

from django.db import transaction

from bookings.actors import Actor
from bookings.services import ledger
from payments import emails
from payments.models import Refund
from payments.refusals.corrections import HasRefunds, NobodyVoids, NoReasonToVoid
from payments.services.ledger import sort_out_manual
from payments.timeline.corrections import PaymentVoided
from payments.timeline.sums import paid


@transaction.atomic
def void_payment(*, payment_id: int, reason: str, actor: Actor, now: datetime) -> Refund:
    """Correct a payment recorded wrongly by hand: a void row of its whole amount; the payment stays as it is."""
    reason = " ".join(reason.split())[:255]
    if not reason:
        raise NoReasonToVoid
    if actor.user is None:
        raise NobodyVoids
    payment = sort_out_manual([payment_id], "void").single()
    if payment.refunds.live().exists():
        raise HasRefunds(payment.tx_ref)
    void = Refund.objects.create(
        payment=payment,
        kind=Refund.Kind.VOID,
        amount=payment.amount,
        status=Refund.Status.SUCCEEDED,
        reason=reason,
        requested_by=actor.user,
        requested_by_label=actor.label,
        succeeded_at=now,
        created_at=now,
    )
    entries = {payment.booking_id: PaymentVoided(paid(payment), reason)}
    ledger.add_money({payment.booking: -payment.amount}, entries, actor=actor, now=now)
    emails.withdraw_confirmation(payment, reason="The payment was voided.")
    emails.queue("payment_voided", [payment], now=now, facts={"reason": reason})
    return void
