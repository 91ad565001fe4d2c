"""What payments adds to a booking's buttons: its payment link, and money by hand."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.actors import Actor
from bookings.admin.actions.booking_mail import where_it_goes
from bookings.admin.effects import mails
from bookings.desk.actions import Action, Answers, RowAction, Wording, register
from bookings.links import can_pay_online
from bookings.models import Booking
from bookings.outcome import Outcome
from bookings.wording import money
from payments.forms.link import LinkForm
from payments.forms.manual import ExpectedMoneyForm, ReceivedMoneyForm
from payments.models import Payment
from payments.services.checkout.link import send_link
from payments.services.manual import awaited
from payments.services.manual import record as manual
from payments.services.manual.entry import ManualPayment

if TYPE_CHECKING:
    from django.contrib.auth.models import User

AFTER_CONFIRM = 20
NAMED = 3  # rows in one sentence or list


@register(Booking)
class SendLink(Action):
    name = "payment-link"
    label = "Payment link"
    icon = "link"
    permission = "payments.request_payment"
    question = Wording("The payment link of {name}", "The payment links of {count} bookings")
    done = Wording("The payment link of {name} is on its way.", "{count} payment links are on their way.")
    form_class = LinkForm
    bulk = False
    press = "Send by mail"
    order = AFTER_CONFIRM

    def allows(self, booking: Booking, user: "User", now: datetime) -> bool:
        return can_pay_online(booking)

    def effects(self, bookings: Sequence[Booking]) -> Iterator[str]:
        yield from where_it_goes(bookings)
        yield "Whoever has the link may pay and sees what the booking costs; nothing else."

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[Any]:
        [pk] = ids
        key, amount = answers.get("creation_key", ""), answers.get("amount")
        booking = send_link(booking_id=pk, amount=amount, actor=actor, now=now, creation_key=key)
        return Outcome([booking], note=f"The mail goes to {booking.customer.email}.")


class MoneyByHand(Action):
    permission = "payments.record_payment"
    order = AFTER_CONFIRM

    def allows(self, booking: Booking, user: "User", now: datetime) -> bool:
        return booking.status != Booking.Status.WAITLISTED and booking.balance > 0


def payment_of(answers: Answers) -> ManualPayment:
    names = ("method", "amount", "external_reference", "note", "received_at", "proof")
    return ManualPayment(**{name: answers[name] for name in names if name in answers})


@register(Booking)
class RecordPayment(MoneyByHand):
    name = "record-payment"
    label = "Record payment"
    icon = "payments"
    question = Wording("Record a payment for {name}", "Record a payment for each of {count} bookings")
    done = Wording("The payment for {name} is recorded.", "Payments for {count} bookings are recorded.")
    form_class = ReceivedMoneyForm
    row_states = Booking.OWING

    def effects(self, bookings: Sequence[Booking]) -> Iterator[str]:
        gone = [b for b in bookings if b.status in Booking.GONE]
        if gone:
            names = ", ".join(booking.reference for booking in gone[:NAMED]) + (", …" if len(gone) > NAMED else "")
            yield f"Cancelled or expired: {names}. The money is kept, but it doesn't bring the seats back."
        if any(booking.status == Booking.Status.PENDING for booking in bookings):
            yield "A pending booking is confirmed as soon as its deposit is paid."
        yield from expected(bookings)
        yield from mails("payment_confirmation", [booking.customer for booking in bookings])

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[Any]:
        taken, key = payment_of(answers), answers["creation_key"]
        return manual.record_payments(booking_ids=ids, money=taken, actor=actor, now=now, creation_key=key)


def expected(bookings: Sequence[Booking]) -> Iterator[str]:
    awaited = Payment.objects.filter(booking__in=bookings, method__in=Payment.MANUAL, status=Payment.Status.PENDING)
    for payment in awaited.order_by("pk")[:NAMED]:
        yield f"{payment} for {money(payment.amount, payment.currency)} is expected: mark it received instead."


@register(Booking)
class ExpectPayment(MoneyByHand, RowAction):
    name = "await-payment"
    label = "Expect payment"
    icon = "hourglass_top"
    question = Wording("Expect a payment for {name}", "Expect a payment for each of {count} bookings")
    done = Wording("A payment for {name} is expected.", "Payments for {count} bookings are expected.")
    form_class = ExpectedMoneyForm

    def effects(self, bookings: Sequence[Booking]) -> list[str]:
        return ["It counts as paid only when somebody marks it received. Nobody is mailed."]

    def run_one(self, pk: int, answers: Answers, actor: Actor, now: datetime) -> Booking:
        coming, key = payment_of(answers), answers["creation_key"]
        return awaited.await_payment(booking_id=pk, money=coming, actor=actor, now=now, creation_key=key).booking
