"""What is done to a refund that was asked for."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.actors import Actor
from bookings.admin.effects import mails
from bookings.desk.actions import Action, Answers, RowAction, Wording, register
from bookings.outcome import Outcome
from bookings.wording import money
from payments.admin.actions.refund_request import SENT, owed_again
from payments.forms.decisions import StaffReasonForm
from payments.forms.refunds import ReferenceForm
from payments.models import Refund
from payments.services.refunds.approve import approve_refund, pay_out_refund, turn_down_refund

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Refunds = Sequence[Refund]
Status, Way = Refund.Status, Refund.Way


def paid_effects(refunds: Refunds) -> Iterator[str]:
    for refund in refunds:
        payment = refund.payment
        yield f"{money(refund.amount, payment.currency)} are taken off {payment.booking.reference}."
        yield from owed_again(payment.booking, refund.amount)
    yield from mails("payment_refunded", [refund.payment.booking.customer for refund in refunds])


@register(Refund)
class Approve(Action):
    name = "approve"
    label = "Approve"
    icon = "check_circle"
    permission = "payments.approve_refund"
    change = "approve"
    question = Wording("Approve {name}?", "Approve {count} refunds?")
    done = Wording("{name} is approved.", "{count} refunds are approved.")
    bulk = False
    row_states = (Status.REQUESTED,)

    def allows(self, refund: Refund, user: "User", now: datetime) -> bool:
        return super().allows(refund, user, now) and refund.requested_by_id != user.pk

    def effects(self, refunds: Refunds) -> Iterator[str]:
        for refund in refunds:
            yield f"{refund.requested_by_label} asked for it."
            yield from owed_again(refund.payment.booking, refund.amount)
            by_hand = "It can be paid out then; the customer is mailed when it was."
            yield by_hand if refund.way != Way.PROVIDER else "It is sent to the provider at once."
            if refund.way == Way.PROVIDER:
                yield from mails("payment_refunded", [refund.payment.booking.customer])

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[Any]:
        [pk] = ids
        approved = approve_refund(refund_id=pk, actor=actor, now=now)
        by_hand = "Pay it out, then press “Paid out” here."
        return Outcome([approved], note=by_hand if approved.way != Way.PROVIDER else SENT)


@register(Refund)
class PayOut(RowAction):
    name = "paid-out"
    label = "Paid out"
    icon = "payments"
    permission = "payments.refund_payment"
    change = "pay_out"
    question = Wording("Was {name} paid out?", "Were {count} refunds paid out?")
    done = Wording("{name} is paid out.", "{count} refunds are paid out.")
    form_class = ReferenceForm
    row_states = (Status.APPROVED,)

    def effects(self, refunds: Refunds) -> Iterator[str]:
        return paid_effects(refunds)

    def run_one(self, pk: int, answers: Answers, actor: Actor, now: datetime) -> Refund:
        reference = answers["external_reference"]
        return pay_out_refund(refund_id=pk, external_reference=reference, actor=actor, now=now)


@register(Refund)
class TurnDown(RowAction):
    name = "turn-down"
    label = "Turn down"
    icon = "thumb_down"
    order = 110
    permission = "payments.approve_refund"
    change = "turn_down"
    question = Wording("Turn {name} down?", "Turn {count} refunds down?")
    done = Wording("{name} is turned down.", "{count} refunds are turned down.")
    form_class = StaffReasonForm
    danger = True

    def effects(self, refunds: Refunds) -> list[str]:
        return ["Nothing is paid back. Nobody is mailed."]

    def run_one(self, pk: int, answers: Answers, actor: Actor, now: datetime) -> Refund:
        return turn_down_refund(refund_id=pk, reason=answers["reason"], actor=actor, now=now)
