"""A customer who chooses another amount has not failed: the old link ends without a mail."""

from decimal import Decimal

import pytest
from pytest_django import Settings

from bookings.actors import SYSTEM
from notifications.models import Message
from payments.models import Payment
from payments.services.checkout.start import start_payment
from tests.factories import NOW, make_booking
from tests.provider import Provider

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("sandbox", [True, False])
def test_another_amount_ends_the_old_link_silently(provider: Provider, settings: Settings, sandbox: bool) -> None:
    if sandbox:
        settings.CHAPA_SECRET_KEY = ""
    booking = make_booking()
    first = start_payment(booking_id=booking.pk, amount=Decimal(2000), actor=SYSTEM, now=NOW)
    second = start_payment(booking_id=booking.pk, amount=Decimal(600), actor=SYSTEM, now=NOW)
    first.refresh_from_db()
    assert (first.status, first.failure_reason) == ("expired", "A new payment link took its place.")
    assert (second.status, Payment.objects.count()) == ("pending", 2)
    assert not Message.objects.filter(kind="payment_failure").exists()
