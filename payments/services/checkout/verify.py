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
from bookings.services.rows import add_events
from bookings.timeline import Entry
from notifications.refusals import NotFound
from payments import emails
from payments.gateway import Answer, State, Verdict
from payments.models import Payment
from payments.refusals.checkout import NobodyToAsk
from payments.services import providers
from payments.services.findings import tell_of
from payments.services.ledger import change, credit, keep_hold, lock_payment
from payments.services.refunds import taken_back
from payments.services.times import BEING_MADE, DAY, link_life, next_check
from payments.timeline import PaymentExpired, PaymentFailed, PaymentInReview

Status = Payment.Status
MONEY_CAME = (State.PAID, State.REFUNDED, State.REVERSED)
CLOSED_BECAUSE = {
    "expired": "The payment was not finished in time.",
    "replaced": "A new payment link took its place.",
    "over": "The booking no longer asks for this payment.",
}
NOT_COMPLETED, NEVER_THERE = "The payment was not completed.", "It never reached the provider."
FORGOTTEN = "The provider gave a link for this payment, but doesn't know it any more."
FORGOTTEN_CURE = "Was the key or the account changed? Look in the provider's own pages whether it was paid there."
TELLS_THE_CUSTOMER = "expired"
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


@dataclass(frozen=True)
class _Verification:
    """One answer about one locked payment. `why` is set when its link was closed, and says what for."""

    payment: Payment
    answer: Answer
    source: str
    why: str
    actor: Actor
    now: datetime


def verify_payment(*, payment_id: int, source: str, actor: Actor, now: datetime) -> Verified:
    """Ask the provider and move the payment by its answer. `source` goes into the timeline: webhook, poll, staff …

    Talks to the network: never call it inside a transaction. The payment's check_note says what came of it.
    """
    return _ask(payment_id, source=source, why="", actor=actor, now=now)


def close_attempt(*, payment_id: int, why: str, actor: Actor, now: datetime) -> Verified:
    """End the link at the provider, then ask what became of it: who paid in the same moment has paid.

    `why` is a key of CLOSED_BECAUSE. Without an answer to both, the payment stays open.
    """
    payment = _find(payment_id)
    gateway = providers.of_method(payment.method, now=now)
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
    gateway = providers.of_method(payment.method, now=now)
    if gateway is None:
        detail = f"{payment.get_method_display()} isn't set up here, so nobody can be asked."
        answer = Answer(Verdict.MISCONFIGURED, detail)
    else:
        answer = gateway.verify(tx_ref=payment.tx_ref)
    with transaction.atomic():
        locked = lock_payment(payment_id)
        _apply(_Verification(locked, answer, source, why, actor, now))
        keep_hold(locked.booking)
    return Verified(locked, answer)


def _apply(this: _Verification) -> None:
    payment, answer = this.payment, this.answer
    change([payment], {"checked_at": this.now, "check_note": answer.detail[:255]})
    if answer.verdict is not Verdict.DONE:
        return  # nobody answered: nothing is known, so nothing moves
    if answer.state in MONEY_CAME:
        _money_came(this)
    elif payment.status == Status.SUCCEEDED:
        change([payment], {"check_note": f"It succeeded before; now: {answer.detail}"[:255]})
        if answer.state is State.NOT_FOUND:
            _tell_forgotten(this)
    elif payment.status in Payment.OPEN:
        _not_paid(this)
    elif answer.state is not State.ODD and (this.why or _is_over(this)):  # closed, and now for good
        if answer.state is State.NOT_FOUND and payment.next_check_at is not None:
            _tell_forgotten(this)
        change([payment], {"next_check_at": None})


def _money_came(this: _Verification) -> None:
    payment, answer = this.payment, this.answer
    if wrong := differences(payment, answer):
        _put_in_review(this, wrong)
        return
    kept = {"verify_answer": answer.raw, "provider_reference": answer.reference, "provider_charge": answer.charge}
    back = answer.state in (State.REFUNDED, State.REVERSED)
    if payment.status != Status.SUCCEEDED:
        paid = {"status": Status.SUCCEEDED, "received_at": this.now, "failure_reason": "", "next_check_at": None}
        if not _wrote(payment, {**kept, **paid}):
            _put_in_review(this, [SOMEBODY_ELSE_S])
        elif back:
            taken_back.note_round_trip(payment, answer, actor=this.actor, now=this.now)
        else:
            credit([payment], this.actor, this.now, source=this.source)
    elif back:
        change([payment], {"verify_answer": answer.raw})
        taken_back.note(payment, answer, actor=this.actor, now=this.now)


def _wrote(payment: Payment, changes: dict[str, Any]) -> bool:
    """False when another booking's payment got the same provider's reference since we looked."""
    try:
        with transaction.atomic():
            change([payment], changes)
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


def _put_in_review(this: _Verification, wrong: list[str]) -> None:
    """The provider took money, but not what we asked for: a person decides, and no seat is given for it."""
    payment, text = this.payment, "; ".join(wrong)
    back = f" and {this.answer.state}" if this.answer.state is not State.PAID else ""
    note = f"Paid{back} at the provider, but {text}."[:255]
    change([payment], {"check_note": note})
    if payment.status == Status.SUCCEEDED and this.answer.state is not State.PAID:
        tell_of(payment, f"{this.answer.detail} {note}", occurrence=text, now=this.now)
    decided = payment.status == Status.FAILED and payment.verify_answer is not None  # by reviewing, for good
    if decided:
        _follow_kept(this)
    if decided or payment.status in (Status.SUCCEEDED, Status.REVIEW):
        return
    changes: dict[str, Any] = {"status": Status.REVIEW, "verify_answer": this.answer.raw, "next_check_at": None}
    change([payment], changes)
    _tell_timeline(this, PaymentInReview(payment.tx_ref, note))


def _follow_kept(this: _Verification) -> None:
    """Its money may stand on the booking as another payment; when that went back, it is the other one's business."""
    if this.answer.state in (State.REFUNDED, State.REVERSED) and this.answer.reference:
        kept = Payment.objects.select_for_update().filter(
            booking=this.payment.booking, provider_reference=this.answer.reference, status=Status.SUCCEEDED
        )
        for payment in kept:
            payment.booking = this.payment.booking
            taken_back.note(payment, this.answer, actor=this.actor, now=this.now)


def _not_paid(this: _Verification) -> None:
    payment, answer = this.payment, this.answer
    if answer.state is State.FAILED and not this.why:  # where we closed the link, that is all it says
        # Not the end: the customer may try again on the same link, so it is watched until that is over.
        _fail(this, NOT_COMPLETED, tell=True, watched=not _is_over(this))
    elif answer.state is State.NOT_FOUND and not payment.checkout_url:
        if this.now - payment.created_at >= BEING_MADE:
            _fail(this, NEVER_THERE, tell=False, watched=False)
    elif answer.state is State.NOT_FOUND:
        _forgotten(this)
    elif this.why and answer.state is not State.ODD:
        _expire(this, CLOSED_BECAUSE[this.why], tell=this.why == TELLS_THE_CUSTOMER)
    elif payment.status != Status.PENDING and payment.checkout_url:
        change([payment], {"status": Status.PENDING})


def _is_over(this: _Verification) -> bool:
    return this.now - this.payment.created_at >= link_life()


def _fail(this: _Verification, reason: str, *, tell: bool, watched: bool) -> None:
    payment = this.payment
    after = next_check(payment.created_at, this.now) if watched else None
    change([payment], {"status": Status.FAILED, "failure_reason": reason, "next_check_at": after})
    _tell_timeline(this, PaymentFailed([payment.tx_ref], reason))
    if tell:
        emails.queue("payment_failure", [payment], now=this.now, facts={"reason": reason})


def _forgotten(this: _Verification) -> None:
    """A link that was given is unknown there: it may have been paid all the same, so the customer hears nothing."""
    if not this.why and this.now - this.payment.created_at < BEING_MADE:
        return  # not known yet, perhaps
    _tell_forgotten(this)
    if this.why:
        _expire(this, FORGOTTEN, tell=False)


def _tell_forgotten(this: _Verification) -> None:
    """Once: staff look."""
    tell_of(this.payment, f"{FORGOTTEN} {FORGOTTEN_CURE}", occurrence="forgotten", now=this.now)


def _expire(this: _Verification, reason: str, *, tell: bool) -> None:
    payment = this.payment
    had_link = bool(payment.checkout_url)
    change([payment], {"status": Status.EXPIRED, "failure_reason": reason, "next_check_at": None})
    _tell_timeline(this, PaymentExpired(payment.tx_ref, reason))
    if had_link and tell:
        emails.queue("payment_failure", [payment], now=this.now, facts={"reason": reason})


def _tell_timeline(this: _Verification, entry: Entry) -> None:
    add_events([this.payment.booking], entry, actor=this.actor, now=this.now)
