"""Asking for a refund, on the payment that it gives back."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings

from bookings.actors import Actor
from bookings.admin.effects import mails
from bookings.desk.actions import Action, Answers, Wording, register
from bookings.models import Booking
from bookings.outcome import Outcome
from bookings.wording import going_back, money
from payments.forms.refunds import RefundForm
from payments.models import Payment, Refund
from payments.services.refunds.propose import left_on
from payments.services.refunds.request import request_refund

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Status = Refund.Status
SENT = "It goes to the provider now; the refund's page tells what becomes of it."
CAME_OF_IT = {
    Status.REQUESTED: "Another person has to approve it before anything is paid.",
    Status.APPROVED: SENT,
    Status.SUCCEEDED: "It counts as paid out.",
}


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


@register(Payment)
class RequestRefund(Action):
    name = "refund"
    label = "Refund"
    icon = "currency_exchange"
    permission = "payments.refund_payment"
    change = "refund"
    question = Wording("Pay back money of {name}?", "Pay back money of {count} payments?")
    done = Wording("The refund of {name} is recorded.", "The refunds of {count} payments are recorded.")
    form_class = RefundForm
    bulk = False
    order = 50

    def allows(self, payment: Payment, user: "User", now: datetime) -> bool:
        return super().allows(payment, user, now) and left_on(payment) > 0

    def effects(self, payments: Sequence[Payment]) -> Iterator[str]:
        for payment in payments:
            limit = settings.REFUND_APPROVAL_LIMITS.get(payment.currency)
            above = "First"
            if limit is not None:
                above = f"When more than {money(limit, payment.currency)} go back for a booking"
            yield f"{above}, another person has to approve it."
            if payment.is_online:
                yield "Through the provider it takes one to three working days. What you pay by hand counts at once."
            else:
                yield "It counts as paid out at once: hand over or transfer the money now."
            yield from filter(None, [going_back(payment.booking)])
            yield from owed_again(payment.booking)
        yield from mails("payment_refunded", [payment.booking.customer for payment in payments])

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[Any]:
        [pk] = ids
        names = ("amount", "reason", "way", "creation_key", "seen", "external_reference")
        lowers = answers.get("price") == "lowered"
        asked = {name: answers[name] for name in names}
        made = request_refund(payment_id=pk, actor=actor, now=now, lowers_price=lowers, **asked)
        return Outcome([made.payment], note=CAME_OF_IT[Status(made.status)])
