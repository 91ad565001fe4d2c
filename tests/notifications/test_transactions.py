"""Network calls refuse to run inside a transaction, whose locks would wait with them."""

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from bookings.actors import SYSTEM
from notifications import connection
from notifications.transactions import need_no_transaction
from payments.services.checkout.start import start_payment
from tests.factories import NOW, make_booking

pytestmark = pytest.mark.django_db


def test_it_is_silent_outside_of_one() -> None:
    need_no_transaction()


def test_a_mail_is_not_sent_inside_one() -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        connection.send(EmailMultiAlternatives("Hello", "Hello", to=["a@mail.example.org"]))


def test_a_provider_is_not_asked_inside_one() -> None:
    booking = make_booking()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        start_payment(booking_id=booking.pk, actor=SYSTEM, now=NOW)
