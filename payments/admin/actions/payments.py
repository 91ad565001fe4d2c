"""Money by hand, on its own page: received after all, failed, proved or voided."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.actors import Actor
from bookings.admin.effects import mails
from bookings.desk.actions import Action, Answers, RowAction, Wording, register
from bookings.outcome import Outcome
from bookings.wording import money
from payments.forms.manual import FailedForm, VoidForm
from payments.forms.proof import ProofForm
from payments.models import Payment
from payments.services.manual import awaited, proofs
from payments.services.manual.void import void_payment

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


@register(Payment)
class AddProof(ByHand, RowAction):
    name = "add-proof"
    label = "Add proof"
    icon = "attach_file"
    permission = "payments.record_payment"
    question = Wording("Add the proof of {name}", "Add the proof of {count} payments")
    done = Wording("{name} has its proof.", "{count} payments have their proof.")
    form_class = ProofForm
    order = 40

    def allows(self, payment: Payment, user: "User", now: datetime) -> bool:
        return super().allows(payment, user, now) and not payment.proof

    def effects(self, payments: Payments) -> list[str]:
        return ["It stays with the payment and can't be replaced. Nobody is mailed."]

    def run_one(self, pk: int, answers: Answers, actor: Actor, now: datetime) -> Payment:
        return proofs.add_proof(payment_id=pk, proof=answers["proof"], actor=actor, now=now)


@register(Payment)
class Void(ByHand, RowAction):
    name = "void"
    label = "Void"
    icon = "undo"
    permission = "payments.void_payment"
    change = "void"
    question = Wording("Void {name}, because it was recorded wrongly?", "Void {count} payments?")
    done = Wording("{name} is voided.", "{count} payments are voided.")
    form_class = VoidForm
    danger = True
    order = 110

    def allows(self, payment: Payment, user: "User", now: datetime) -> bool:
        return super().allows(payment, user, now) and not payment.refunds.all()

    def effects(self, payments: Payments) -> Iterator[str]:
        for payment in payments:
            amount = money(payment.amount, payment.currency)
            yield f"{amount} are taken off {payment.booking.reference}; the booking keeps its status."
        yield from mailed("payment_voided", payments)

    def run_one(self, pk: int, answers: Answers, actor: Actor, now: datetime) -> Payment:
        return void_payment(payment_id=pk, reason=answers["reason"], actor=actor, now=now).payment
