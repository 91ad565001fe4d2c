"""Money by hand that was expected: received after all, or failed."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.actors import Actor
from bookings.admin.effects import mails
from bookings.desk.actions import Action, Answers, Wording, register
from bookings.outcome import Outcome
from bookings.wording import money
from payments.forms.manual import FailedForm
from payments.models import Payment
from payments.services.manual import awaited

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Payments = Sequence[Payment]
Status = Payment.Status


class ByHand(Action):
    def allows(self, payment: Payment, user: "User", now: datetime) -> bool:
        return payment.method in Payment.MANUAL and super().allows(payment, user, now)


def mailed(kind: str, payments: Payments) -> Iterator[str]:
    return mails(kind, [payment.booking.customer for payment in payments])


@register(Payment)
class MarkReceived(ByHand):
    name = "received"
    label = "Mark received"
    icon = "check_circle"
    permission = "payments.settle_payment"
    change = "receive"
    question = Wording("Has the money of {name} come in?", "Has the money of these {count} payments come in?")
    done = Wording("{name} is received.", "{count} payments are received.")
    row_states = (Status.PENDING,)
    order = 20

    def effects(self, payments: Payments) -> Iterator[str]:
        for payment in payments:
            over = payment.amount - payment.booking.balance
            if over > 0:
                yield f"{payment.booking.reference} then has {money(over, payment.currency)} too much."
        yield from mailed("payment_confirmation", payments)

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[Any]:
        return awaited.receive_payments(payment_ids=ids, actor=actor, now=now)


@register(Payment)
class MarkFailed(ByHand):
    name = "failed"
    label = "Mark failed"
    icon = "error"
    permission = "payments.settle_payment"
    change = "fail"
    question = Wording("Has {name} failed?", "Have these {count} payments failed?")
    done = Wording("{name} is marked failed.", "{count} payments are marked failed.")
    form_class = FailedForm
    row_states = (Status.PENDING,)
    order = 20

    def effects(self, payments: Payments) -> Iterator[str]:
        return mailed("payment_failure", payments)

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[Any]:
        return awaited.fail_payments(payment_ids=ids, reason=answers["reason"], actor=actor, now=now)
