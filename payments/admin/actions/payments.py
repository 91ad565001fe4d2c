"""The acts on money: two on the booking page, three on a payment."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.admin.effects import mails
from bookings.desk.actions import Act, Order, Wording
from bookings.models import Booking
from bookings.outcome import Outcome
from bookings.wording import money
from payments.forms.manual import ExpectedMoneyForm, FailedForm, ReceivedMoneyForm, VoidForm
from payments.forms.proof import ProofForm
from payments.models import Payment
from payments.services.manual import record as manual
from payments.services.manual.void import void_payment

if TYPE_CHECKING:
    from django.contrib.auth.models import User


NAMED = 3  # rows in one sentence or list


def owes(booking: Booking, _user: "User", _now: datetime) -> bool:
    return booking.status != Booking.Status.WAITLISTED and booking.balance > 0


def record(order: Order) -> Outcome[Any]:
    return manual.record_payments(
        booking_ids=order.ids,
        money=order.answers["money"],
        actor=order.actor,
        now=order.now,
        creation_key=order.answers["creation_key"],
    )


def record_effects(bookings: Sequence[Booking]) -> Iterator[str]:
    gone = [b for b in bookings if b.status in Booking.GONE]
    if gone:
        names = ", ".join(booking.reference for booking in gone[:NAMED]) + (", …" if len(gone) > NAMED else "")
        yield f"Cancelled or expired: {names}. The money is kept, but it doesn't bring the seats back."
    if any(booking.status == Booking.Status.PENDING for booking in bookings):
        yield "A pending booking is confirmed as soon as its deposit is paid."
    yield from awaited_effects(bookings)
    yield from mails("payment_confirmation", [booking.customer for booking in bookings])


def awaited_effects(bookings: Sequence[Booking]) -> Iterator[str]:
    awaited = Payment.objects.filter(booking__in=bookings, method__in=Payment.MANUAL, status=Payment.Status.PENDING)
    for payment in awaited.order_by("pk")[:NAMED]:
        yield f"{payment} for {money(payment.amount, payment.currency)} is expected: mark it received instead."


def expect(order: Order) -> Outcome[Any]:
    [pk] = order.ids
    payment = manual.await_payment(
        booking_id=pk,
        money=order.answers["money"],
        actor=order.actor,
        now=order.now,
        creation_key=order.answers["creation_key"],
    )
    return Outcome([payment.booking.reference])


def receive(order: Order) -> Outcome[Any]:
    return manual.receive_payments(payment_ids=order.ids, actor=order.actor, now=order.now)


def receive_effects(payments: Sequence[Payment]) -> Iterator[str]:
    for payment in payments:
        over = payment.amount - payment.booking.balance
        if over > 0:
            yield f"{payment.booking.reference} then has {money(over, payment.currency)} too much."
    yield from mailing("payment_confirmation")(payments)


def fail(order: Order) -> Outcome[Any]:
    reason = order.answers["reason"]
    return manual.fail_payments(payment_ids=order.ids, reason=reason, actor=order.actor, now=order.now)


def void(order: Order) -> Outcome[Any]:
    [pk] = order.ids
    void = void_payment(payment_id=pk, reason=order.answers["reason"], actor=order.actor, now=order.now)
    return Outcome([str(void.payment)])


def add_proof(order: Order) -> Outcome[Any]:
    [pk] = order.ids
    proof = order.answers["proof"]
    payment = manual.add_proof(payment_id=pk, proof=proof, actor=order.actor, now=order.now)
    return Outcome([payment.tx_ref])


def lacks_proof(payment: Payment, _user: "User", _now: datetime) -> bool:
    return payment.method in Payment.MANUAL and not payment.proof


def in_status(*statuses: Payment.Status) -> Callable[[Payment, "User", datetime], bool]:
    return lambda payment, _user, _now: payment.method in Payment.MANUAL and payment.status in statuses


def can_void(payment: Payment, _user: "User", _now: datetime) -> bool:
    recorded = payment.method in Payment.MANUAL and payment.status == Payment.Status.SUCCEEDED
    return recorded and not payment.refunds.all()


def mailing(kind: str) -> Callable[[Sequence[Payment]], Iterator[str]]:
    return lambda payments: mails(kind, [payment.booking.customer for payment in payments])


def void_effects(payments: Sequence[Payment]) -> Iterator[str]:
    for payment in payments:
        amount = money(payment.amount, payment.currency)
        yield f"{amount} are taken off {payment.booking.reference}; the booking keeps its status."
    yield from mailing("payment_voided")(payments)


RECORD = Act(
    name="record-payment",
    label="Record payment",
    icon="payments",
    permission="payments.record_payment",
    question=Wording("Record a payment for {name}", "Record a payment for each of {count} bookings"),
    done=Wording("The payment for {name} is recorded.", "Payments for {count} bookings are recorded."),
    run=record,
    allows=owes,
    effects=record_effects,
    form=ReceivedMoneyForm,
    row_states=Booking.OWING,
)
AWAIT = Act(
    name="await-payment",
    label="Expect payment",
    icon="hourglass_top",
    permission="payments.record_payment",
    question=Wording("Expect a payment for {name}", "Expect a payment for each of {count} bookings"),
    done=Wording("A payment for {name} is expected.", "Payments for {count} bookings are expected."),
    run=expect,
    allows=owes,
    effects=lambda _bookings: ["It counts as paid only when somebody marks it received. Nobody is mailed."],
    form=ExpectedMoneyForm,
    bulk=False,
)
RECEIVED = Act(
    name="received",
    label="Mark received",
    icon="check_circle",
    permission="payments.settle_payment",
    question=Wording("Has the money of {name} come in?", "Has the money of these {count} payments come in?"),
    done=Wording("{name} is received.", "{count} payments are received."),
    run=receive,
    allows=in_status(Payment.Status.PENDING, Payment.Status.FAILED, Payment.Status.EXPIRED),
    effects=receive_effects,
    row_states=(Payment.Status.PENDING,),
)
FAILED = Act(
    name="failed",
    label="Mark failed",
    icon="error",
    permission="payments.settle_payment",
    question=Wording("Has {name} failed?", "Have these {count} payments failed?"),
    done=Wording("{name} is marked failed.", "{count} payments are marked failed."),
    run=fail,
    allows=in_status(Payment.Status.PENDING),
    effects=mailing("payment_failure"),
    form=FailedForm,
    row_states=(Payment.Status.PENDING,),
)
ADD_PROOF = Act(
    name="add-proof",
    label="Add proof",
    icon="attach_file",
    permission="payments.record_payment",
    question=Wording("Add the proof of {name}", "Add the proof of {count} payments"),
    done=Wording("{name} has its proof.", "{count} payments have their proof."),
    run=add_proof,
    allows=lacks_proof,
    effects=lambda _payments: ["It stays with the payment and can't be replaced. Nobody is mailed."],
    form=ProofForm,
    bulk=False,
)
VOID = Act(
    name="void",
    label="Void",
    icon="undo",
    permission="payments.void_payment",
    question=Wording("Void {name}, because it was recorded wrongly?", "Void {count} payments?"),
    done=Wording("{name} is voided.", "{count} payments are voided."),
    run=void,
    allows=can_void,
    effects=void_effects,
    form=VoidForm,
    danger=True,
    bulk=False,
)
