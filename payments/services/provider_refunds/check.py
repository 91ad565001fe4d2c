"""Asking what became of a refund that was sent; a person decides where nobody can tell."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from bookings.actors import Actor
from bookings.services.transitions import need_reason
from notifications.refusals import NotFound
from payments.gateway import Answer, Gateway, State, Verdict
from payments.models import Payment, Refund
from payments.refusals.refunds import NobodyHasLooked, NotAtProvider
from payments.refusals.shared import NothingToDecide
from payments.services import gateways
from payments.services.checkout.verify import verify_payment
from payments.services.provider_refunds.answers import apply_answer, next_check, nobody_to_ask, provider_tx_ref
from payments.services.refunds.rows import Status, change, fail, lock_refund, succeed, was_sent

TAKEN_BACK = Answer(Verdict.DONE, "The bank took the payment back.", State.NOT_FOUND)  # the refund isn't known, then
NOT_THIS_ONE = Answer(Verdict.DONE, "The provider knows another refund of this payment only.", State.NOT_FOUND)


@dataclass(frozen=True)
class Checked:
    """The refund as it is now, and what the provider said; without an answer nothing has moved."""

    refund: Refund
    answer: Answer

    @property
    def answered(self) -> bool:
        return self.answer.verdict is Verdict.DONE


def check_refund(*, refund_id: int, actor: Actor, now: datetime) -> Checked:
    """Ask the provider what became of a refund that was sent, and move it accordingly. Never in a transaction."""
    refund = Refund.objects.select_related("payment").filter(pk=refund_id).first()
    if refund is None:
        raise NotFound("The refund")
    if not was_sent(refund) or not refund.allows("check"):
        raise NotAtProvider(str(refund))
    gateway = gateways.of_method(refund.payment.method, now=now)
    answer = _ask(gateway, refund) if gateway else nobody_to_ask(refund.payment)
    if answer is TAKEN_BACK:
        _verify_payment(refund.payment, actor, now)
    with transaction.atomic():
        refund = lock_refund(refund_id)
        if refund.allows("check"):
            _note_checked(refund, answer, actor, now)
    return Checked(refund, answer)


def _ask(gateway: Gateway, refund: Refund) -> Answer:
    """By the refund's own reference, else by our name of it, else by the payment's."""
    if refund.provider_reference:
        return gateway.refund_status(reference=refund.provider_reference)
    if refund.our_reference:
        answer = gateway.refund_status(reference=refund.our_reference)
        if answer.verdict is Verdict.MISCONFIGURED or _is_about(refund, answer):
            return answer
    return _ask_by_payment(gateway, refund)


def _ask_by_payment(gateway: Gateway, refund: Refund) -> Answer:
    """The payment's reference names one refund only if there are no others, or if the answer says our name."""
    payment = refund.payment
    others = payment.refunds.filter(way=Refund.Way.PROVIDER).exclude(Q(pk=refund.pk) | Q(status=Status.FAILED))
    alone = not others.exists()
    if alone or refund.our_reference:
        answer = gateway.refund_status(reference=payment.provider_reference)
        if _is_about(refund, answer) and (alone or answer.refund_ref == refund.our_reference):
            return answer
    if not alone:
        detail = f"{gateway.label} can't tell it from the payment's other refund. Look there, then decide."
        return Answer(Verdict.UNKNOWN, detail)
    known = gateway.verify(tx_ref=provider_tx_ref(payment))
    if known.verdict is Verdict.DONE and known.state is State.REVERSED:
        return TAKEN_BACK
    if known.verdict is Verdict.DONE and known.state is State.REFUNDED:
        return Answer(Verdict.DONE, known.detail, known.state, raw=known.raw)
    return answer if answer.verdict is not Verdict.DONE or answer.state is State.NOT_FOUND else NOT_THIS_ONE


def _is_about(refund: Refund, answer: Answer) -> bool:
    """It found a refund, and not one that has another of our names."""
    if answer.verdict is not Verdict.DONE or answer.state is State.NOT_FOUND:
        return False
    if answer.refund_ref in ("", refund.our_reference):
        return True
    return not Refund.objects.filter(our_reference=answer.refund_ref).exists()


def _verify_payment(payment: Payment, actor: Actor, now: datetime) -> None:
    """The payment's own business, which ends its refunds too; one kept from a review moves with its attempt."""
    asked = Payment.objects.filter(method=payment.method, tx_ref=provider_tx_ref(payment)).first() or payment
    verify_payment(payment_id=asked.pk, source="refund", actor=actor, now=now)


def _note_checked(refund: Refund, answer: Answer, actor: Actor, now: datetime) -> None:
    if answer.verdict is Verdict.DONE and answer.state is not State.NOT_FOUND:
        apply_answer(refund, answer, actor, now)
    elif refund.status != Status.SUCCEEDED:  # nobody answered, or nobody knows it: nothing moves
        change(refund, check_note=answer.detail[:255], next_check_at=next_check(refund, now))


@transaction.atomic
def decide_refund(*, refund_id: int, went_through: bool, reason: str, actor: Actor, now: datetime) -> Refund:
    """unknown → succeeded|failed, by the word of a person who looked at the provider's own pages."""
    reason = need_reason(reason)
    refund = lock_refund(refund_id)
    if not refund.allows("decide"):
        raise NothingToDecide(str(refund), refund.get_status_display().lower())
    if actor.user is None:
        raise NobodyHasLooked
    answer = {**(refund.provider_answer or {}), "decided_by": actor.label, "because": reason}
    if went_through:
        succeed(refund, actor=actor, now=now, provider_answer=answer, check_note=f"It went through: {reason}"[:255])
    else:
        fail(refund, f"It did not go through: {reason}", actor=actor, now=now, provider_answer=answer)
    return refund
