"""Payments in review: the provider took money, but not what was asked for. A person keeps it, or doesn't.

Amounts never change: what is kept becomes a payment of its own, and the attempt that it came for has failed. A failed
row that keeps the provider's answer is one that was decided; the same answer again moves it no more (verify).
"""

from datetime import datetime

from django.db import IntegrityError, transaction

from bookings.actors import Actor
from bookings.constraints import violates
from bookings.services.rows import add_events
from bookings.services.transitions import need_reason
from bookings.timeline import Entry
from bookings.wording import money
from notifications.refusals import NotFound
from payments.gateway import Answer, State
from payments.models import Payment
from payments.refusals.provider import CannotApply, NoAnswer
from payments.refusals.shared import NoPerson, NothingToDecide
from payments.services.checkout.verify import ONE_REFERENCE, verify_payment
from payments.services.ledger import change, credit, keep_hold, lock_payment, new_tx_ref, take_receipt_numbers
from payments.timeline.corrections import ReviewApplied
from payments.timeline.payments import ReviewRejected
from payments.timeline.sums import paid

Status = Payment.Status
SOMEBODY_ELSE_S = "It belongs to another payment already."


def apply_review(*, payment_id: int, actor: Actor, now: datetime) -> Payment:
    """The payment that was made of the money that came, whatever its amount; asks the provider once more first.

    Refused: another currency or mode, no amount, money that went back already.
    """
    payment = Payment.objects.filter(pk=payment_id).first()
    if payment is None:
        raise NotFound("The payment")
    _need_review(payment, actor)
    verified = verify_payment(payment_id=payment_id, source="review", actor=actor, now=now)
    if verified.payment.status == Status.SUCCEEDED:  # the provider has corrected its answer
        return verified.payment
    if not verified.answered:
        raise NoAnswer(verified.payment.tx_ref, verified.answer.detail)
    return _keep(payment_id, verified.answer, actor, now)


@transaction.atomic
def _keep(payment_id: int, answer: Answer, actor: Actor, now: datetime) -> Payment:
    payment = lock_payment(payment_id)
    _need_review(payment, actor)
    if why := _cannot_keep(payment, answer):
        raise CannotApply(payment.tx_ref, why)
    kept = _create(payment, answer, actor, now)
    entry = ReviewApplied(payment.tx_ref, paid(kept))
    why = f"{money(kept.amount, kept.currency)} came instead, kept as {kept.tx_ref}"
    _close(payment, why, entry, actor=actor, now=now)
    credit([kept], actor, now)
    keep_hold(payment.booking)
    return kept


def _create(payment: Payment, answer: Answer, actor: Actor, now: datetime) -> Payment:
    """In a savepoint: another booking may have got the provider's reference since we looked."""
    assert answer.amount is not None  # noqa: S101 (for the type checker)
    try:
        with transaction.atomic():
            return Payment.objects.create(
                tx_ref=new_tx_ref(payment.method),
                booking=payment.booking,
                method=payment.method,
                amount=answer.amount,
                currency=payment.currency,
                status=Status.SUCCEEDED,
                receipt_number=take_receipt_numbers(1).start,
                received_at=now,
                note=f"Came for {payment.tx_ref}",
                provider_mode=payment.provider_mode,
                provider_reference=answer.reference,
                provider_charge=answer.charge,
                verify_answer=answer.raw | {"tx_ref": answer.tx_ref},  # under this one the provider knows it
                recorded_by=actor.user,
                recorded_by_label=actor.label,
                created_at=now,
            )
    except IntegrityError as error:
        if violates(error, Payment, ONE_REFERENCE):
            raise CannotApply(payment.tx_ref, SOMEBODY_ELSE_S) from error
        raise


def _cannot_keep(payment: Payment, answer: Answer) -> str:
    """Why this money can't stand on the booking; empty when it can."""
    other = Payment.objects.filter(method=payment.method, provider_reference=answer.reference).exclude(pk=payment.pk)
    amount = answer.amount
    checks = [
        (answer.state is State.PAID, "The provider says that it isn't paid now."),
        (amount is not None and 0 < amount < 10**10 and amount == round(amount, 2), "Its amount is no usable number."),
        (answer.currency == payment.currency, f"It came in {answer.currency or 'no currency'}."),
        (answer.mode == payment.provider_mode, f"It was made in {answer.mode or 'no'} mode."),
        (answer.tx_ref == payment.tx_ref, "It is about another transaction."),
        (answer.reference != "", "The provider's reference is missing."),
        (not (answer.reference and other.exists()), SOMEBODY_ELSE_S),
    ]
    return next((why for right, why in checks if not right), "")


@transaction.atomic
def reject_review(*, payment_id: int, reason: str, actor: Actor, now: datetime) -> Payment:
    """review → failed, and nothing of it is kept; nobody is mailed."""
    reason = need_reason(reason)
    payment = lock_payment(payment_id)
    _need_review(payment, actor)
    _close(payment, reason, ReviewRejected(payment.tx_ref, reason), actor=actor, now=now)
    keep_hold(payment.booking)
    return payment


def _close(payment: Payment, reason: str, entry: Entry, *, actor: Actor, now: datetime) -> None:
    change([payment], {"status": Status.FAILED, "failure_reason": reason, "next_check_at": None})
    add_events([payment.booking], entry, actor=actor, now=now)


def _need_review(payment: Payment, actor: Actor) -> None:
    if actor.user is None:
        raise NoPerson
    if not payment.allows("decide"):
        raise NothingToDecide(payment.tx_ref, payment.get_status_display().lower())
