"""The sandbox's checkout page: it behaves like a provider's, and there is none beside a real key."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from bookings.actors import SYSTEM
from bookings.wording import money
from payments.gateway import sandbox_webhook
from payments.gateway.sandbox import Sandbox
from payments.models import Payment, ProviderEvent, SandboxCheckout
from payments.services.checkout.start import start_payment
from payments.services.checkout.verify import verify_payment
from tests.factories import make_booking
from tests.rest import leaving

pytestmark = pytest.mark.django_db


def begin(**options: Any) -> tuple[Payment, str]:
    """A payment in the sandbox and the path of its page."""
    now = timezone.now()
    booking = make_booking(departure=leaving(), now=now)
    payment = start_payment(booking_id=booking.pk, actor=SYSTEM, now=now, **options)
    return payment, payment.checkout_url.removeprefix("http://127.0.0.1:8000")


def press(path: str, button: str) -> Any:
    return Client().post(path, {"button": button})


def status_after_asking(payment: Payment) -> str:
    return verify_payment(payment_id=payment.pk, source="poll", actor=SYSTEM, now=timezone.now()).payment.status


def test_the_page_says_that_no_money_moves_and_what_is_asked() -> None:
    payment, path = begin()
    page = Client().get(path)
    assert page.status_code == 200
    text = page.content.decode()
    assert "Sandbox: no money moves" in text
    assert money(payment.amount, "ETB") in text
    assert text.count("<button") == 3


@pytest.mark.parametrize(
    ("button", "word", "status"),
    [("pay", "success", "succeeded"), ("fail", "failed", "failed"), ("leave", "failed/cancelled", "failed")],
)
def test_a_button_moves_the_checkout_and_leads_back(button: str, word: str, status: str) -> None:
    payment, path = begin()
    response = press(path, button)
    back = f"http://127.0.0.1:8000/pay/return/{payment.tx_ref}/?trx_ref={payment.tx_ref}&status={word}"
    assert (response.status_code, response["Location"]) == (303, back.replace("failed/", "failed%2F"))
    assert SandboxCheckout.objects.get().status == word
    assert status_after_asking(payment) == status


def test_the_way_back_keeps_what_its_address_held() -> None:
    payment, path = begin(return_url="https://shop.example.com/done?order=7#end")
    assert press(path, "pay")["Location"] == (
        f"https://shop.example.com/done?order=7&trx_ref={payment.tx_ref}&status=success#end"
    )
    csp = Client().get(path)["Content-Security-Policy"]
    assert csp.endswith("form-action 'self' https://shop.example.com")


def test_a_failed_attempt_is_tried_again_on_the_same_link_and_success_is_final() -> None:
    payment, path = begin()
    press(path, "fail")
    assert status_after_asking(payment) == "failed"
    assert press(path, "pay").status_code == 303
    assert status_after_asking(payment) == "succeeded"
    again = press(path, "fail")
    assert (again.status_code, "This was paid." in again.content.decode()) == (200, True)
    assert SandboxCheckout.objects.get().status == "success"


@pytest.mark.parametrize("how", ["left", "closed by us", "closed by us after a failure", "too old"])
def test_a_link_that_is_over_takes_no_money(how: str) -> None:
    payment, path = begin()
    if how == "left":
        press(path, "leave")
    elif how == "too old":
        SandboxCheckout.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    else:
        if how.endswith("failure"):
            press(path, "fail")
        Sandbox().cancel(tx_ref=payment.tx_ref)
    page = press(path, "pay")
    assert (page.status_code, "This link is over." in page.content.decode()) == (200, True)
    assert SandboxCheckout.objects.get().status != "success"


@pytest.mark.parametrize("button", ["", "steal", "success"])
def test_an_unknown_button_changes_nothing(button: str) -> None:
    _payment, path = begin()
    assert press(path, button).status_code == 200
    assert SandboxCheckout.objects.get().status == "pending"


def test_beside_a_real_key_there_is_no_sandbox(settings: Settings) -> None:
    _payment, path = begin()
    settings.CHAPA_SECRET_KEY = "CHASECK_TEST-x"
    assert Client().get(path).status_code == 404
    assert press(path, "pay").status_code == 404
    row = SandboxCheckout(pk=1, tx_ref="x", status="success", amount=1, currency="ETB", created_at=timezone.now())
    raw = sandbox_webhook.event_of(row)
    response = Client().post(
        "/api/payment/webhook/sandbox/",
        raw,
        content_type="application/json",
        headers=sandbox_webhook.sign(raw),
    )
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    with pytest.raises(ImproperlyConfigured):
        Sandbox()
    assert (SandboxCheckout.objects.get().status, ProviderEvent.objects.count()) == ("pending", 0)


def test_an_unknown_link_is_404() -> None:
    assert Client().get("/sandbox/checkout/nothing/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_its_webhook_goes_over_http_and_settles_the_payment(live_server: Any, settings: Settings) -> None:
    settings.SITE_URL = live_server.url
    payment, _path = begin()
    checkout = SandboxCheckout.objects.get()
    assert sandbox_webhook.send(checkout.pk) == "nothing to tell"
    SandboxCheckout.objects.update(status="success")
    assert sandbox_webhook.send(checkout.pk) == "HTTP 200"
    event = ProviderEvent.objects.get()
    assert (event.provider, event.event, event.tx_ref) == ("sandbox", "charge.success", payment.tx_ref)
    settings.SITE_URL = "http://127.0.0.1:9"
    assert sandbox_webhook.send(checkout.pk) == "not delivered: ConnectError"
