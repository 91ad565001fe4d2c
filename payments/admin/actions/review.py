"""For who decides: on a payment in review, and on one that nobody can be asked about."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bookings.actors import Actor
from bookings.desk.actions import Answers, RowAction, Wording, register
from bookings.wording import money
from payments.forms.decisions import StaffReasonForm
from payments.models import Payment
from payments.services.checkout.close import can_close_unanswered, close_unanswered
from payments.services.checkout.review import apply_review, reject_review

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Payments = Sequence[Payment]


@register(Payment)
class KeepMoney(RowAction):
    name = "apply-review"
    label = "Keep what came"
    icon = "rule"
    permission = "payments.review_payment"
    change = "decide"
    question = Wording("Keep the money that came for {name}?", "Keep the money of {count} payments?")
    done = Wording("{name} is on the booking.", "{count} payments are on their bookings.")
    row_states = (Payment.Status.REVIEW,)
    order = 30

    def effects(self, payments: Payments) -> list[str]:
        return [payment.check_note for payment in payments if payment.check_note] + [
            "The provider is asked once more. What came is booked as a payment of its own, with a receipt and the mail "
            "“Payment confirmation”; a pending booking is confirmed if its deposit is covered then.",
        ]

    def run_one(self, pk: int, answers: Answers, actor: Actor, now: datetime) -> str:
        kept = apply_review(payment_id=pk, actor=actor, now=now)
        return f"{kept.tx_ref}, {money(kept.amount, kept.currency)},"


@register(Payment)
class Reject(RowAction):
    name = "reject-review"
    label = "Reject"
    icon = "block"
    permission = "payments.review_payment"
    change = "decide"
    question = Wording("Reject {name}?", "Reject {count} payments?")
    done = Wording("{name} is rejected.", "{count} payments are rejected.")
    form_class = StaffReasonForm
    danger = True
    order = 30

    def effects(self, payments: Payments) -> list[str]:
        return [
            "Nothing of it counts as paid, and nobody is mailed. Money that the provider took has to go back there."
        ]

    def run_one(self, pk: int, answers: Answers, actor: Actor, now: datetime) -> Payment:
        return reject_review(payment_id=pk, reason=answers["reason"], actor=actor, now=now)


@register(Payment)
class CloseUnanswered(RowAction):
    name = "close-unanswered"
    label = "Close without an answer"
    icon = "link_off"
    permission = "payments.review_payment"
    question = Wording("Close {name} without an answer?", "Close {count} payments without an answer?")
    done = Wording("{name} is closed.", "{count} payments are closed.")
    form_class = StaffReasonForm
    danger = True
    order = 30

    def allows(self, payment: Payment, user: "User", now: datetime) -> bool:
        return can_close_unanswered(payment, now)

    def effects(self, payments: Payments) -> list[str]:
        return [
            "Look at the provider first: was it paid? Nobody is asked any more, and nobody is mailed.",
            "The booking may be paid by a new link, and its seats are no longer kept for this payment. "
            "Money that comes all the same is booked when the provider tells us.",
        ]

    def run_one(self, pk: int, answers: Answers, actor: Actor, now: datetime) -> Payment:
        return close_unanswered(payment_id=pk, reason=answers["reason"], actor=actor, now=now)
