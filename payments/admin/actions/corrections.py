"""Corrections of money by hand: a proof added, a payment voided."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from bookings.actors import Actor
from bookings.desk.actions import Answers, RowAction, Wording, register
from bookings.wording import money
from payments.admin.actions.payments import ByHand, Payments, mailed
from payments.forms.manual import VoidForm
from payments.forms.proof import ProofForm
from payments.models import Payment
from payments.services.manual import proofs
from payments.services.manual.void import void_payment

if TYPE_CHECKING:
    from django.contrib.auth.models import User


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
