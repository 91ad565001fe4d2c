"""Payment links: sent once a press, only where they lead to a payment, and the page to copy them from."""

from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.utils import timezone

from bookings.links import pay_url
from bookings.models import Booking
from bookings.timeline import sentence
from notifications.models import Message
from payments.models import Payment
from tests.attempts import begin
from tests.desk import act_url, booked, departure_in, desk, press, said
from tests.factories import make_customer

pytestmark = pytest.mark.django_db
ASK = "payments.request_payment"


def send(booking: Booking, **answers: Any) -> Any:
    return press(desk(ASK), "payment-link", booking, **{"creation_key": "one", "amount": "600.00"} | answers)


def test_the_link_for_what_is_due_is_mailed_with_a_timeline_row() -> None:
    booking = booked()
    response = send(booking)
    address = booking.customer.email
    assert said(response) == [f"The payment link of {booking.reference} is on its way. The mail goes to {address}."]
    mail = Message.objects.get(kind="payment_request")
    assert (mail.recipient, mail.topic, mail.status) == (address, booking.topic, Message.Status.QUEUED)
    assert (mail.context["amount"], mail.context["pay_url"]) == ("600.00", pay_url(booking))
    event = booking.events.get(kind="payment_requested")
    assert sentence(event) == f"ETB 600.00 asked, the link sent to {address}"
    assert event.actor_label.startswith("Sara")


def test_another_amount_is_in_the_link() -> None:
    booking = booked()
    send(booking, amount="1500.00")
    mail = Message.objects.get(kind="payment_request")
    assert (mail.context["amount"], mail.context["pay_url"]) == ("1500.00", pay_url(booking, Decimal(1500)))


def test_one_press_sends_one_mail_and_a_second_page_another() -> None:
    booking = booked()
    send(booking)
    assert said(send(booking)) == [f"{booking.reference}: this link was sent already."]
    assert booking.events.filter(kind="payment_requested").count() == 1
    send(booking, creation_key="two")
    assert Message.objects.filter(kind="payment_request").count() == 2


def test_more_than_is_owed_is_refused_beside_the_amount() -> None:
    booking = booked()
    response = send(booking, amount="2000.01")
    assert response.context["form"].errors == {"amount": [f"{booking.reference} owes ETB 2,000.00, not more."]}
    assert not Message.objects.filter(kind="payment_request").exists()


def test_the_page_shows_the_link_and_proposes_what_is_due() -> None:
    booking = booked()
    page = desk(ASK).get(act_url("payment-link", booking), {"ids": booking.pk})
    assert page.context["form"].url == pay_url(booking)
    assert page.context["form"]["amount"].value() == Decimal(600)
    text = page.content.decode()
    assert f'readonly value="{pay_url(booking)}"' in text
    assert "Sandbox: the page behind it takes no money." in text


def test_without_an_address_the_link_can_be_copied_and_nothing_is_sent() -> None:
    booking = booked(customer=make_customer(email="", name="Almaz"))
    page = desk(ASK).get(act_url("payment-link", booking), {"ids": booking.pk})
    text = page.content.decode()
    assert "Almaz has no e-mail address, so no mail can be sent." in text
    assert pay_url(booking) in text
    assert "Send by mail" not in text
    assert said(send(booking)) == [f"{booking.reference}: Almaz has no e-mail address."]


def test_no_link_while_a_payment_is_in_review() -> None:
    booking = booked()
    Payment.objects.filter(pk=begin(booking).pk).update(status="review")
    [answer] = said(send(booking))
    assert answer.endswith("has a payment in review, which has to be decided first.")
    assert not Message.objects.filter(kind="payment_request").exists()


def unpaid(kind: str) -> tuple[Booking, str]:
    booking = booked(departure_in(10, currency="EUR")) if kind == "euro" else booked()
    if kind == "cancelled":
        Booking.objects.filter(pk=booking.pk).update(status="cancelled", cancel_reason="Ill")
    elif kind == "paid":
        Booking.objects.filter(pk=booking.pk).update(paid=booking.total)
    elif kind == "hold over":
        Booking.objects.filter(pk=booking.pk).update(hold_expires_at=timezone.now())
    words = {
        "euro": "is in EUR, which can't be paid online.",
        "cancelled": "is cancelled, so it can't be paid online.",
        "paid": "owes nothing.",
        "hold over": "is over, so it can't be paid online any more.",
    }
    return booking, words[kind]


@pytest.mark.parametrize("kind", ["euro", "cancelled", "paid", "hold over"])
def test_no_link_where_it_would_lead_nowhere(kind: str) -> None:
    booking, words = unpaid(kind)
    [answer] = said(send(booking))
    assert answer.endswith(words)
    assert not Message.objects.filter(kind="payment_request").exists()
    page = desk(ASK).get(act_url("payment-link", booking), {"ids": booking.pk})
    assert words in unescape(page.content.decode())
    assert pay_url(booking) not in page.content.decode()
    assert page.context["form"].ready is False


def test_a_link_needs_its_permission() -> None:
    booking = booked()
    assert press(desk("payments.record_payment"), "payment-link", booking, amount="600").status_code == 403
    assert not Message.objects.filter(kind="payment_request").exists()
