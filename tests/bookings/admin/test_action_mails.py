"""Mails that an action sends: those that fit, fresh ones, and earlier ones again."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking, Customer
from bookings.timeline import sentence
from notifications.models import Message
from tests.desk import act_url, booked, departure_in, desk, paid_up, press, said
from tests.factories import make_customer, make_message

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Status = Booking.Status


def test_an_address_that_comes_later_gets_the_mail_that_fits_once() -> None:
    booking, client = booked(customer=make_customer(name="Almz", email="")), desk("notifications.resend_message")
    page = client.get(act_url("resend", booking), {"ids": booking.pk})
    customer_url = reverse("admin:bookings_customer_change", args=[booking.customer_id])
    assert customer_url in page.content.decode()
    assert (page.context["form"].ready, list(page.context["form"].fields)) == (False, [])
    Customer.objects.update(name="Almaz", email="almaz@mail.example.org")
    assert said(press(client, "resend", booking, kind="current")) == [
        f"The mail about {booking.reference} is on its way."
    ]
    [refusal] = said(press(client, "resend", booking, kind="current"))[-1:]
    assert refusal == f"{booking.reference}: this mail was asked for a moment ago."
    message = Message.objects.get()
    assert (message.kind, message.recipient) == ("booking_confirmation", "almaz@mail.example.org")
    assert message.context["customer_name"] == "Almaz"
    event = booking.events.get(kind="mail_requested")
    assert sentence(event) == "Booking confirmation to almaz@mail.example.org"
    assert event.actor_label.startswith("Sara Clerk")


def test_a_fresh_mail_says_what_is_true_now_in_place_of_the_unsent_one() -> None:
    booking, client = paid_up(booked()), desk("notifications.resend_message")
    press(client, "resend", booking, kind="current")
    Booking.objects.update(status=Status.CONFIRMED)
    Message.objects.filter(status="queued").update(status="sent", sent_at=timezone.now())
    choices = client.get(act_url("resend", booking), {"ids": booking.pk}).context["form"].fields["kind"].choices
    assert choices == [
        ("current", "Seats confirmed, written afresh"),
        ("booking_confirmation", "Booking confirmation, once more"),
    ]
    press(client, "resend", booking, kind="current")
    assert list(Message.objects.order_by("pk").values_list("kind", "status")) == [
        ("booking_confirmation", "withdrawn"),
        ("booking_confirmation", "sent"),
        ("booking_confirmed", "queued"),
    ]


def test_an_earlier_mail_goes_out_again_to_the_present_address_and_not_twice() -> None:
    booking, client = booked(), desk("notifications.resend_message")
    make_message(kind="payment_confirmation", topic=booking.topic, status=Message.Status.SENT)
    make_message(kind="payment_failure", topic=booking.topic, status=Message.Status.SENT, withdrawn_reason="Moved.")
    Customer.objects.update(email="new@mail.example.org")
    press(client, "resend", booking, kind="payment_confirmation")
    again = Message.objects.latest("pk")
    assert (again.kind, again.recipient, again.status) == ("payment_confirmation", "new@mail.example.org", "queued")
    for kind in ("payment_confirmation", "payment_failure"):
        assert list(press(client, "resend", booking, kind=kind).context["form"].errors) == ["kind"]
    assert Message.objects.latest("pk") == again


def test_sending_thirty_mails_takes_as_many_statements_as_three() -> None:
    client, counts = desk("notifications.resend_message"), []
    for number in (3, 30):
        departure = departure_in(10, capacity=100)
        bookings = [booked(departure) for _ in range(number)]
        with CaptureQueriesContext(connection) as queries:
            response = press(client, "resend", *bookings, kind="current")
        assert said(response)[-1] == f"{number} mails are on their way."
        counts.append(len(queries))
    assert counts[0] == counts[1]
