"""verify_payment(): the one way in which a provider's word moves a payment, whoever asked for it.

Webhook, callback, return page, poll and staff button all come here. The provider is asked outside of any lock; then
the booking and the payment are locked, five fields are compared, and state, money, timeline and mail are one
transaction. Doing it twice, or by two at once, changes nothing more.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from bookings.actors import Actor
from bookings.constraints import violates
from notifications.refusals import NotFound
from payments.gateway import Answer, State, Verdict
from payments.models import Payment
from payments.refusals.provider import NobodyToAsk
from payments.services import gateways
from payments.services.checkout.unpaid import is_over, not_paid, tell_forgotten
from payments.services.checkout.verification import Status, Verification
from payments.services.findings import tell_of
from payments.services.ledger import credit, keep_hold, lock_payment, take_receipt_numbers
from payments.services.refunds import taken_back
from payments.services.times import DAY, link_life
from payments.timeline.payments import PaymentInReview

MONEY_CAME = (State.PAID, State.REFUNDED, State.REVERSED)
SOMEBODY_ELSE_S = "the provider's reference belongs to another payment"
ONE_REFERENCE = "one_payment_per_provider_reference"


@dataclass(frozen=True)
class Verified:
    """The payment as it is now, and what the provider said; without an answer nothing has moved."""

    payment: Payment
    answer: Answer

    @property
    def answered(self) -> bool:
        return self.answer.verdict is Verdict.DONE


def verify_payment(*, payment_id: int, source: str, actor: Actor, now: datetime) -> Verified:
    """Ask the provider and move the payment by its answer. `source` goes into the timeline: webhook, poll, staff …

    Talks to the provider. The payment's check_note says what came of it.
    """
    return _ask(payment_id, source=source, why="", actor=actor, now=now)


def close_attempt(*, payment_id: int, why: str, actor: Actor, now: datetime) -> Verified:
    """End the link at the provider, then ask what became of it: who paid in the same moment has paid.

    `why` is a key of CLOSED_BECAUSE. Without an answer to both, the payment stays open.
    """
    payment = _find(payment_id)
    gateway = gateways.of_method(payment.method, now=now)
    closed = gateway.cancel(tx_ref=payment.tx_ref) if gateway else None
    said_so = closed is not None and closed.verdict in (Verdict.DONE, Verdict.REFUSED)
    # However a provider words it, no link lives so long.
    ended = said_so or now - payment.created_at >= link_life() + DAY
    return _ask(payment_id, source="poll", why=why if ended else "", actor=actor, now=now)


def _find(payment_id: int) -> Payment:
    payment = Payment.objects.filter(pk=payment_id).first()
    if payment is None:
        raise NotFound("The payment")
    if payment.method in Payment.MANUAL:
        raise NobodyToAsk(payment.tx_ref)
    return payment


def _ask(payment_id: int, *, source: str, why: str, actor: Actor, now: datetime) -> Verified:
    payment = _find(payment_id)
    gateway = gateways.of_method(payment.method, now=now)
    if gateway is None:
        detail = f"{payment.get_method_display()} isn't set up here, so nobody can be asked."
        answer = Answer(Verdict.MISCONFIGURED, detail)
    else:
        answer = gateway.verify(tx_ref=payment.tx_ref)
    with transaction.atomic():
        locked = lock_payment(payment_id)
        this = Verification(locked, answer, source, why, actor, now)
        _apply(this)
        this.write()
        keep_hold(locked.booking)
    return Verified(locked, answer)


def _apply(this: Verification) -> None:
    payment, answer = this.payment, this.answer
    this.noted.update(checked_at=this.now, check_note=answer.detail[:255])
    if answer.verdict is not Verdict.DONE:
        return  # nobody answered: nothing is known, so nothing moves
    if answer.state in MONEY_CAME:
        _money_came(this)
    elif payment.status == Status.SUCCEEDED:
        this.noted.update(check_note=f"It succeeded before; now: {answer.detail}"[:255])
        if answer.state is State.NOT_FOUND:
            tell_forgotten(this)
    elif payment.status in Payment.OPEN:
        not_paid(this)
    elif answer.state is not State.ODD and (this.why or is_over(this)):  # closed, and now for good
        if answer.state is State.NOT_FOUND and payment.next_check_at is not None:
            tell_forgotten(this)
        this.noted.update(next_check_at=None)


def _money_came(this: Verification) -> None:
    payment, answer = this.payment, this.answer
    if wrong := differences(payment, answer):
        _put_in_review(this, wrong)
        return
    kept = {"verify_answer": answer.raw, "provider_reference": answer.reference, "provider_charge": answer.charge}
    back = answer.state in (State.REFUNDED, State.REVERSED)
    if payment.status != Status.SUCCEEDED:
        paid = {"status": Status.SUCCEEDED, "received_at": this.now, "failure_reason": "", "next_check_at": None}
        if not _wrote(this, kept | paid):
            _put_in_review(this, [SOMEBODY_ELSE_S])
        elif back:
            taken_back.note_round_trip(payment, answer, actor=this.actor, now=this.now)
        else:
            credit([payment], this.actor, this.now, source=this.source)
    elif back:
        this.write(verify_answer=answer.raw)
        taken_back.note(payment, answer, actor=this.actor, now=this.now)


def _wrote(this: Verification, changes: dict[str, Any]) -> bool:
    """Succeeded, with its receipt's number; False when another payment got the provider's reference since we looked."""
    try:
        with transaction.atomic():
            this.write(**changes, receipt_number=take_receipt_numbers(1).start)
    except IntegrityError as error:
        if violates(error, Payment, ONE_REFERENCE):
            return False
        raise
    return True


def differences(payment: Payment, answer: Answer) -> list[str]:
    """Sentences for staff: where the provider's account of a payment that was made isn't ours."""
    other = Payment.objects.filter(method=payment.method, provider_reference=answer.reference).exclude(pk=payment.pk)
    amount = "no number" if answer.amount is None else _written(answer.amount)
    pairs = [
        (answer.amount == payment.amount, f"the amount is {amount}, not {payment.amount:.2f}"),
        (
            answer.currency == payment.currency,
            f"the currency is {answer.currency or 'missing'}, not {payment.currency}",
        ),
        (answer.mode == payment.provider_mode, f"the mode is {answer.mode or 'missing'}, not {payment.provider_mode}"),
        (answer.tx_ref == payment.tx_ref, "the transaction is another one"),
        (bool(answer.reference), "the provider's reference is missing"),
        (not (answer.reference and other.exists()), SOMEBODY_ELSE_S),
    ]
    return [text for right, text in pairs if not right]


def _written(amount: Decimal) -> str:
    """Two decimals, or all of them where there are more: a difference must be seen."""
    return f"{amount:.2f}" if amount == round(amount, 2) else f"{amount:f}"


def _put_in_review(this: Verification, wrong: list[str]) -> None:
    """The provider took money, but not what we asked for: a person decides, and no seat is given for it."""
    payment, text = this.payment, "; ".join(wrong)
    back = f" and {this.answer.state}" if this.answer.state is not State.PAID else ""
    note = f"Paid{back} at the provider, but {text}."[:255]
    this.noted.update(check_note=note)
    if payment.status == Status.SUCCEEDED and this.answer.state is not State.PAID:
        tell_of(payment, f"{this.answer.detail} {note}", occurrence=text, now=this.now)
    decided = payment.status == Status.FAILED and payment.verify_answer is not None  # by reviewing, for good
    if decided:
        _follow_kept(this)
    if decided or payment.status in (Status.SUCCEEDED, Status.REVIEW):
        return
    this.write(status=Status.REVIEW, verify_answer=this.answer.raw, next_check_at=None)
    this.tell_timeline(PaymentInReview(payment.tx_ref, note))


def _follow_kept(this: Verification) -> None:
    """Its money may stand on the booking as another payment; when that went back, it is the other one's business."""
    if this.answer.state in (State.REFUNDED, State.REVERSED) and this.answer.reference:
        kept = Payment.objects.select_for_update().filter(
            booking=this.payment.booking, provider_reference=this.answer.reference, status=Status.SUCCEEDED
        )
        for payment in kept:
            payment.booking = this.payment.booking
            taken_back.note(payment, this.answer, actor=this.actor, now=this.now)
