"""A payment that its provider says was not made: failed, expired, or forgotten there."""

from payments import emails
from payments.gateway import State
from payments.services.checkout.verification import Status, Verification
from payments.services.findings import tell_of
from payments.services.times import BEING_MADE, link_life, next_check
from payments.timeline.payments import PaymentExpired, PaymentFailed

CLOSED_BECAUSE = {
    "expired": "The payment was not finished in time.",
    "replaced": "A new payment link took its place.",
    "over": "The booking no longer asks for this payment.",
}
NOT_COMPLETED, NEVER_THERE = "The payment was not completed.", "It never reached the provider."
FORGOTTEN = "The provider gave a link for this payment, but doesn't know it any more."
FORGOTTEN_CURE = "Was the key or the account changed? Look in the provider's own pages whether it was paid there."
TELLS_THE_CUSTOMER = "expired"


def not_paid(this: Verification) -> None:
    payment, answer = this.payment, this.answer
    if answer.state is State.FAILED and not this.why:  # where we closed the link, that is all it says
        # Not the end: the customer may try again on the same link, so it is watched until that is over.
        _fail(this, NOT_COMPLETED, tell=True, watched=not is_over(this))
    elif answer.state is State.NOT_FOUND and not payment.checkout_url:
        if this.now - payment.created_at >= BEING_MADE:
            _fail(this, NEVER_THERE, tell=False, watched=False)
    elif answer.state is State.NOT_FOUND:
        _forgotten(this)
    elif this.why and answer.state is not State.ODD:
        _expire(this, CLOSED_BECAUSE[this.why], tell=this.why == TELLS_THE_CUSTOMER)
    elif payment.status != Status.PENDING and payment.checkout_url:
        this.write(status=Status.PENDING)


def is_over(this: Verification) -> bool:
    return this.now - this.payment.created_at >= link_life()


def _fail(this: Verification, reason: str, *, tell: bool, watched: bool) -> None:
    payment = this.payment
    after = next_check(payment.created_at, this.now) if watched else None
    this.write(status=Status.FAILED, failure_reason=reason, next_check_at=after)
    this.tell_timeline(PaymentFailed([payment.tx_ref], reason))
    if tell:
        emails.queue("payment_failure", [payment], now=this.now, facts={"reason": reason})


def _forgotten(this: Verification) -> None:
    """A link that was given is unknown there: it may have been paid all the same, so the customer hears nothing."""
    if not this.why and this.now - this.payment.created_at < BEING_MADE:
        return  # not known yet, perhaps
    tell_forgotten(this)
    if this.why:
        _expire(this, FORGOTTEN, tell=False)


def tell_forgotten(this: Verification) -> None:
    """Once: staff look."""
    tell_of(this.payment, f"{FORGOTTEN} {FORGOTTEN_CURE}", occurrence="forgotten", now=this.now)


def _expire(this: Verification, reason: str, *, tell: bool) -> None:
    payment = this.payment
    had_link = bool(payment.checkout_url)
    this.write(status=Status.EXPIRED, failure_reason=reason, next_check_at=None)
    this.tell_timeline(PaymentExpired(payment.tx_ref, reason))
    if had_link and tell:
        emails.queue("payment_failure", [payment], now=this.now, facts={"reason": reason})
