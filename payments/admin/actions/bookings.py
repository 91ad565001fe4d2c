"""The act “Payment link” on a booking: copy it, or send it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.admin.actions.bookings import mail_effects
from bookings.desk.actions import Act, Order, Wording
from bookings.links import can_pay_online
from bookings.models import Booking
from bookings.outcome import Outcome
from payments.forms.link import LinkForm
from payments.services.checkout.link import send_link

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def send(order: Order) -> Outcome[Any]:
    [pk] = order.ids
    booking = send_link(
        booking_id=pk,
        amount=order.answers.get("amount"),
        actor=order.actor,
        now=order.now,
        creation_key=order.answers.get("creation_key", ""),
    )
    return Outcome([booking.reference], note=f"The mail goes to {booking.customer.email}.")


def can_send(booking: Booking, _user: "User", _now: datetime) -> bool:
    return can_pay_online(booking)


def effects(bookings: Sequence[Booking]) -> Iterator[str]:
    yield from mail_effects(bookings)
    yield "Whoever has the link may pay and sees what the booking costs; nothing else."


LINK = Act(
    name="payment-link",
    label="Payment link",
    icon="link",
    permission="payments.request_payment",
    question=Wording("The payment link of {name}", "The payment links of {count} bookings"),
    done=Wording("The payment link of {name} is on its way.", "{count} payment links are on their way."),
    run=send,
    allows=can_send,
    effects=effects,
    form=LinkForm,
    bulk=False,
    press="Send by mail",
)
