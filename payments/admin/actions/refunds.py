"""The acts on refunds: one on a payment, to ask for it, and those on the refund itself."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings

from bookings.admin.effects import mails
from bookings.desk.actions import Act, Order, Wording
from bookings.models import Booking
from bookings.outcome import Outcome
from bookings.wording import going_back, money
from payments.forms.refunds import LookedForm, ReferenceForm, RefundForm, StaffReasonForm
from payments.models import Payment, Refund
from payments.services.provider_refunds.check import CHECKED, check_refund, decide_refund
from payments.services.refunds.propose import left_on
from payments.services.refunds.request import approve_refund, pay_out_refund, request_refund, turn_down_refund
from payments.services.refunds.rows import was_sent

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    Allows = Callable[[Refund, User, datetime], bool]

Status, Way = Refund.Status, Refund.Way
MAY_COME_BACK = timedelta(days=30)
CAME_OF_IT = {
    Status.REQUESTED: "Another person has to approve it before anything is paid.",
    Status.APPROVED: "It goes to the provider now; the refund's page tells what becomes of it.",
    Status.SUCCEEDED: "It counts as paid out.",
}


def refund(order: Order) -> Outcome[Any]:
    [pk] = order.ids
    names = ("amount", "reason", "way", "creation_key", "seen", "external_reference")
    answers = {name: order.answers[name] for name in names}
    made = request_refund(payment_id=pk, actor=order.actor, now=order.now, **answers)
    return Outcome([made.payment.tx_ref], note=CAME_OF_IT[Status(made.status)])


def can_refund(payment: Payment, _user: "User", _now: datetime) -> bool:
    return payment.status == Payment.Status.SUCCEEDED and left_on(payment) > 0


def owed_again(booking: Booking, amount: Decimal | None = None) -> Iterator[str]:
    """What a live booking owes once `amount`, which is asked for already, or an amount not known yet has gone back."""
    if booking.status not in Booking.OWING:
        return
    excess = max((amount or Decimal(0)) - booking.balance, Decimal(0))
    if amount is not None and amount <= excess:
        return
    beyond = f" beyond the {money(excess, booking.currency)} too much" if excess else ""
    again = f"what goes back{beyond} is" if amount is None else f"{money(amount - excess, booking.currency)} are"
    stays = f"{booking.reference} stays {booking.get_status_display()} and keeps its seats"
    yield f"{stays}; {again} to be paid again. Cancel it first if they don't travel."


def refund_effects(payments: Sequence[Payment]) -> Iterator[str]:
    for payment in payments:
        limit = settings.REFUND_APPROVAL_LIMITS.get(payment.currency)
        above = (
            f"When more than {money(limit, payment.currency)} go back for a booking" if limit is not None else "First"
        )
        yield f"{above}, another person has to approve it."
        if payment.method in Payment.PROVIDER:
            yield "Through the provider it takes one to three working days. What you pay by hand counts at once."
        else:
            yield "It counts as paid out at once: hand over or transfer the money now."
        yield from filter(None, [going_back(payment.booking)])
        yield from owed_again(payment.booking)
    yield from mails("payment_refunded", [payment.booking.customer for payment in payments])


def approve(order: Order) -> Outcome[Any]:
    [pk] = order.ids
    approved = approve_refund(refund_id=pk, actor=order.actor, now=order.now)
    by_hand = "Pay it out, then press “Paid out” here."
    return Outcome([str(approved)], note=by_hand if approved.way != Way.PROVIDER else CAME_OF_IT[Status.APPROVED])


def approve_effects(refunds: Sequence[Refund]) -> Iterator[str]:
    for refund in refunds:
        yield f"{refund.requested_by_label} asked for it."
        yield from owed_again(refund.payment.booking, refund.amount)
        by_hand = "It can be paid out then; the customer is mailed when it was."
        yield by_hand if refund.way != Way.PROVIDER else "It is sent to the provider at once."
        if refund.way == Way.PROVIDER:
            yield from mails("payment_refunded", [refund.payment.booking.customer])


def can_approve(refund: Refund, user: "User", _now: datetime) -> bool:
    return refund.status == Status.REQUESTED and refund.requested_by_id != user.pk


def turn_down(order: Order) -> Outcome[Any]:
    [pk] = order.ids
    reason = order.answers["reason"]
    return Outcome([str(turn_down_refund(refund_id=pk, reason=reason, actor=order.actor, now=order.now))])


def pay_out(order: Order) -> Outcome[Any]:
    [pk] = order.ids
    reference = order.answers["external_reference"]
    paid = pay_out_refund(refund_id=pk, external_reference=reference, actor=order.actor, now=order.now)
    return Outcome([str(paid)])


def check(order: Order) -> Outcome[Any]:
    [pk] = order.ids
    checked = check_refund(refund_id=pk, actor=order.actor, now=order.now)
    state = str(checked.refund.get_status_display()).lower()
    if not checked.answered:
        return Outcome(warnings=[f"{checked.refund} stays {state}: {checked.answer.detail}"])
    return Outcome([str(checked.refund)], note=f"It is {state}. {checked.refund.check_note}")


def can_check(refund: Refund, _user: "User", now: datetime) -> bool:
    final = refund.succeeded_at is not None and refund.succeeded_at < now - MAY_COME_BACK
    return was_sent(refund) and refund.status in CHECKED and not final


def decide(*, went_through: bool) -> Callable[[Order], Outcome[Any]]:
    def run(order: Order) -> Outcome[Any]:
        [pk] = order.ids
        decided = decide_refund(
            refund_id=pk,
            went_through=went_through,
            reason=order.answers["reason"],
            actor=order.actor,
            now=order.now,
        )
        return Outcome([str(decided)])

    return run


def in_status(*statuses: Refund.Status, by_hand: bool = False) -> "Allows":
    return lambda refund, _user, _now: (
        refund.kind == Refund.Kind.REFUND and refund.status in statuses and not (by_hand and refund.way == Way.PROVIDER)
    )


def paid_effects(refunds: Sequence[Refund]) -> Iterator[str]:
    for refund in refunds:
        payment = refund.payment
        yield f"{money(refund.amount, payment.currency)} are taken off {payment.booking.reference}."
        yield from owed_again(payment.booking, refund.amount)
    yield from mails("payment_refunded", [refund.payment.booking.customer for refund in refunds])


REFUND = Act(
    name="refund",
    label="Refund",
    icon="currency_exchange",
    permission="payments.refund_payment",
    question=Wording("Pay back money of {name}?", "Pay back money of {count} payments?"),
    done=Wording("The refund of {name} is recorded.", "The refunds of {count} payments are recorded."),
    run=refund,
    allows=can_refund,
    effects=refund_effects,
    form=RefundForm,
    bulk=False,
)
APPROVE = Act(
    name="approve",
    label="Approve",
    icon="check_circle",
    permission="payments.approve_refund",
    question=Wording("Approve {name}?", "Approve {count} refunds?"),
    done=Wording("{name} is approved.", "{count} refunds are approved."),
    run=approve,
    allows=can_approve,
    effects=approve_effects,
    bulk=False,
    row_states=(Status.REQUESTED,),
)
PAID_OUT = Act(
    name="paid-out",
    label="Paid out",
    icon="payments",
    permission="payments.refund_payment",
    question=Wording("Was {name} paid out?", "Were {count} refunds paid out?"),
    done=Wording("{name} is paid out.", "{count} refunds are paid out."),
    run=pay_out,
    allows=in_status(Status.APPROVED, by_hand=True),
    effects=paid_effects,
    form=ReferenceForm,
    bulk=False,
    row_states=(Status.APPROVED,),
)
CHECK = Act(
    name="check",
    label="Check now",
    icon="sync",
    permission="payments.verify_payment",
    question=Wording("Ask the provider about {name} now?", "Ask the provider about {count} refunds now?"),
    done=Wording("{name} was checked.", "{count} refunds were checked."),
    run=check,
    allows=can_check,
    effects=lambda _refunds: ["It moves only by what the provider says; if it doesn't answer, nothing changes."],
    bulk=False,
    row_states=(Status.UNKNOWN, Status.PROCESSING),
)
WENT_THROUGH = Act(
    name="went-through",
    label="It went through",
    icon="task_alt",
    permission="payments.approve_refund",
    question=Wording("Has {name} gone through?", "Have {count} refunds gone through?"),
    done=Wording("{name} counts as paid back.", "{count} refunds count as paid back."),
    run=decide(went_through=True),
    allows=in_status(Status.UNKNOWN),
    effects=paid_effects,
    form=LookedForm,
    bulk=False,
)
DID_NOT = Act(
    name="did-not",
    label="It did not",
    icon="block",
    permission="payments.approve_refund",
    question=Wording("Has {name} not gone through?", "Have {count} refunds not gone through?"),
    done=Wording("{name} counts as failed.", "{count} refunds count as failed."),
    run=decide(went_through=False),
    allows=in_status(Status.UNKNOWN),
    effects=lambda _refunds: ["It can be asked for again then. If it did go through, it would be paid twice."],
    form=LookedForm,
    danger=True,
    bulk=False,
)
TURN_DOWN = Act(
    name="turn-down",
    label="Turn down",
    icon="thumb_down",
    permission="payments.approve_refund",
    question=Wording("Turn {name} down?", "Turn {count} refunds down?"),
    done=Wording("{name} is turned down.", "{count} refunds are turned down."),
    run=turn_down,
    allows=in_status(Status.REQUESTED, Status.APPROVED),
    effects=lambda _refunds: ["Nothing is paid back. Nobody is mailed."],
    form=StaffReasonForm,
    danger=True,
    bulk=False,
)
ON_REFUNDS = [APPROVE, PAID_OUT, CHECK, WENT_THROUGH, DID_NOT, TURN_DOWN]
