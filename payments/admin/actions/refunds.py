"""What is done to a refund that was asked for."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bookings.actors import Actor
from bookings.admin.effects import mails
from bookings.desk.actions import Action, Answers, RowAction, Wording, register
from bookings.outcome import Outcome
from bookings.wording import money
from payments.admin.actions.refund_request import SENT, owed_again
from payments.forms.refunds import LookedForm, ReferenceForm, StaffReasonForm
from payments.models import Refund
from payments.services.provider_refunds.check import check_refund, decide_refund
from payments.services.refunds.approve import approve_refund, pay_out_refund, turn_down_refund
from payments.services.refunds.rows import was_sent

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Refunds = Sequence[Refund]
Status, Way = Refund.Status, Refund.Way
MAY_COME_BACK = timedelta(days=30)


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
class Check(Action):
    name = "check"
    label = "Check now"
    icon = "sync"
    permission = "payments.verify_payment"
    change = "check"
    question = Wording("Ask the provider about {name} now?", "Ask the provider about {count} refunds now?")
    done = Wording("{name} was checked.", "{count} refunds were checked.")
    bulk = False
    row_states = (Status.UNKNOWN, Status.PROCESSING)

    def allows(self, refund: Refund, user: "User", now: datetime) -> bool:
        final = refund.succeeded_at is not None and refund.succeeded_at < now - MAY_COME_BACK
        return super().allows(refund, user, now) and was_sent(refund) and not final

    def effects(self, refunds: Refunds) -> list[str]:
        return ["It moves only by what the provider says; if it doesn't answer, nothing changes."]

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[Any]:
        [pk] = ids
        checked = check_refund(refund_id=pk, actor=actor, now=now)
        refund, state = checked.refund, str(checked.refund.get_status_display()).lower()
        if not checked.answered:
            return Outcome(warnings=[f"{refund} stays {state}: {checked.answer.detail}"])
        return Outcome([refund], note=f"It is {state}. {refund.check_note}")


class Decide(RowAction):
    """A person has looked at the provider's own pages, and says what became of the refund."""

    permission = "payments.approve_refund"
    form_class = LookedForm
    change = "decide"
    went_through: bool

    def run_one(self, pk: int, answers: Answers, actor: Actor, now: datetime) -> Refund:
        reason = answers["reason"]
        return decide_refund(refund_id=pk, went_through=self.went_through, reason=reason, actor=actor, now=now)


@register(Refund)
class WentThrough(Decide):
    name = "went-through"
    label = "It went through"
    icon = "task_alt"
    question = Wording("Has {name} gone through?", "Have {count} refunds gone through?")
    done = Wording("{name} counts as paid back.", "{count} refunds count as paid back.")
    went_through = True

    def effects(self, refunds: Refunds) -> Iterator[str]:
        return paid_effects(refunds)


@register(Refund)
class DidNotGoThrough(Decide):
    name = "did-not"
    label = "It did not"
    icon = "block"
    question = Wording("Has {name} not gone through?", "Have {count} refunds not gone through?")
    done = Wording("{name} counts as failed.", "{count} refunds count as failed.")
    danger = True
    went_through = False

    def effects(self, refunds: Refunds) -> list[str]:
        return ["It can be asked for again then. If it did go through, it would be paid twice."]


@register(Refund)
class TurnDown(RowAction):
    name = "turn-down"
    label = "Turn down"
    icon = "thumb_down"
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
