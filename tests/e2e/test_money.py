"""A payment over REST, from another system's order to the customer's mail, and the worst moment of it."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking
from notifications.models import Message
from payments.models import Payment
from payments.services.checkout.poll import verify_due
from payments.services.times import BEING_MADE
from tests.e2e.conftest import Stack, wait_until
from tests.e2e.money import Connection, books, integration, to_be_paid
from tests.e2e.smtp import Inbox
from tests.provider import Provider

pytestmark = [pytest.mark.services, pytest.mark.e2e]


def initiate(website: Connection, booking: Booking, key: str) -> tuple[int, Any]:
    body = {"booking": booking.reference, "amount": f"{booking.total:.2f}"}
    return website.post_json(reverse("api-payment-initiate"), body, **{"Idempotency-Key": key})


def test_a_payment_over_rest_reaches_the_customers_inbox(house: Stack, provider: Provider, inbox: Inbox) -> None:
    [booking] = to_be_paid(1)
    house.start_worker()
    url = house.start_web()
    website = integration(url)
    code, payment = initiate(website, booking, "first")
    assert (code, payment["status"]) == (201, "pending")
    assert initiate(website, booking, "first") == (code, payment)
    assert payment["checkout_url"].startswith(provider.origin)
    provider.pay(payment["tx_ref"])
    webhook = f"{url}{reverse('api-payment-webhook')}"
    assert provider.post_webhook(webhook, "charge.success", payment["tx_ref"]) == 200
    [mail] = [mail for mail in inbox.wait_for(1) if mail["Subject"].startswith("Payment")]
    assert mail["To"] == booking.customer.email
    assert [part.get_content_type() for part in mail.walk()][-1] == "application/pdf"
    code, now = website.send("GET", reverse("api-payment-status", args=[payment["tx_ref"]]))
    assert (code, b'"succeeded"' in now) == (200, True)
    booking.refresh_from_db()
    assert (booking.status, booking.paid, provider.count("initialize")) == ("confirmed", booking.total, 1)
    assert books() == []


def test_initialise_that_times_out_after_the_provider_stored_it_is_never_posted_again(
    house: Stack, provider: Provider
) -> None:
    """Takes as long as the client's patience with Chapa."""
    [booking] = to_be_paid(1)
    provider.tell("initialize", "slow", times=1, seconds=60, stored=True)
    website = integration(house.start_web())
    code, refusal = initiate(website, booking, "first")
    assert (code, refusal["code"]) == (409, "payment_unknown")
    assert initiate(website, booking, "first") == (code, refusal)
    payment = Payment.objects.get()
    assert (payment.status, payment.checkout_url, provider.count("initialize")) == ("unknown", "", 1)
    provider.pay(payment.tx_ref)  # with a link that only the provider's own mail had
    verify_due(now=timezone.now() + BEING_MADE)
    code, settled = initiate(website, booking, "first")  # one key makes one payment, whatever became of it
    assert (code, settled["tx_ref"], settled["status"]) == (201, payment.tx_ref, "succeeded")
    code, refusal = initiate(website, booking, "another")
    assert (code, refusal["code"]) == (409, "nothing_owed")
    assert (provider.count("initialize"), Payment.objects.get().status) == (1, "succeeded")
    booking.refresh_from_db()
    assert (booking.status, booking.paid) == ("confirmed", Decimal("1000.00"))
    assert Message.objects.filter(kind="payment_confirmation").count() == 1
    assert books() == []


def test_a_provider_that_is_away_changes_nothing_until_it_is_back(house: Stack, provider: Provider) -> None:
    [booking] = to_be_paid(1)
    url = house.start_web()
    website = integration(url)
    _code, payment = initiate(website, booking, "first")
    provider.pay(payment["tx_ref"])
    provider.down()
    code, _answer = website.post_json(reverse("api-payment-verify"), {"tx_ref": payment["tx_ref"]})
    assert code == 503
    assert Payment.objects.get().status == "pending"
    provider.up()
    code, answer = website.post_json(reverse("api-payment-verify"), {"tx_ref": payment["tx_ref"]})
    assert (code, answer["status"]) == (200, "succeeded")
    wait_until(lambda: Booking.objects.get().status == "confirmed", "the booking")
    assert books() == []
