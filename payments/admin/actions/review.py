"""The acts of who decides: on a payment in review, and on one that nobody can be asked about."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.desk.actions import Act, Order, Wording
from bookings.outcome import Outcome
from bookings.wording import money
from payments.forms.refunds import StaffReasonForm
from payments.models import Payment
from payments.services.checkout.close import can_close_unanswered, close_unanswered
from payments.services.checkout.review import apply_review, reject_review

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def apply(order: Order) -> Outcome[Any]:
    [pk] = order.ids
    kept = apply_review(payment_id=pk, actor=order.actor, now=order.now)
    return Outcome([f"{kept.tx_ref}, {money(kept.amount, kept.currency)},"])


def reject(order: Order) -> Outcome[Any]:
    [pk] = order.ids
    reason = order.answers["reason"]
    return Outcome([str(reject_review(payment_id=pk, reason=reason, actor=order.actor, now=order.now))])


def close(order: Order) -> Outcome[Any]:
    [pk] = order.ids
    reason = order.answers["reason"]
    return Outcome([str(close_unanswered(payment_id=pk, reason=reason, actor=order.actor, now=order.now))])


def can_close(payment: Payment, _user: "User", now: datetime) -> bool:
    return can_close_unanswered(payment, now)


def in_review(payment: Payment, _user: "User", _now: datetime) -> bool:
    return payment.status == Payment.Status.REVIEW


def apply_effects(payments: Sequence[Payment]) -> list[str]:
    return [payment.check_note for payment in payments if payment.check_note] + [
        "The provider is asked once more. What came is booked as a payment of its own, with a receipt and the mail "
        "“Payment confirmation”; a pending booking is confirmed if its deposit is covered then.",
    ]


APPLY = Act(
    name="apply-review",
    label="Keep what came",
    icon="rule",
    permission="payments.review_payment",
    question=Wording("Keep the money that came for {name}?", "Keep the money of {count} payments?"),
    done=Wording("{name} is on the booking.", "{count} payments are on their bookings."),
    run=apply,
    allows=in_review,
    effects=apply_effects,
    bulk=False,
    row_states=(Payment.Status.REVIEW,),
)
REJECT = Act(
    name="reject-review",
    label="Reject",
    icon="block",
    permission="payments.review_payment",
    question=Wording("Reject {name}?", "Reject {count} payments?"),
    done=Wording("{name} is rejected.", "{count} payments are rejected."),
    run=reject,
    allows=in_review,
    effects=lambda _payments: [
        "Nothing of it counts as paid, and nobody is mailed. Money that the provider took has to go back there."
    ],
    form=StaffReasonForm,
    danger=True,
    bulk=False,
)
CLOSE = Act(
    name="close-unanswered",
    label="Close without an answer",
    icon="link_off",
    permission="payments.review_payment",
    question=Wording("Close {name} without an answer?", "Close {count} payments without an answer?"),
    done=Wording("{name} is closed.", "{count} payments are closed."),
    run=close,
    allows=can_close,
    effects=lambda _payments: [
        "Look at the provider first: was it paid? Nobody is asked any more, and nobody is mailed.",
        "The booking may be paid by a new link, and its seats are no longer kept for this payment. "
        "Money that comes all the same is booked when the provider tells us.",
    ],
    form=StaffReasonForm,
    danger=True,
    bulk=False,
)
