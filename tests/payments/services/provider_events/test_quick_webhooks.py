"""A webhook that is faster than the provider's answer to our order: who began the payment hears how it ended."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from bookings.actors import SYSTEM
from bookings.links import pay_url
from bookings.models import Booking
from payments.gateway import Answer, Order, Verdict
from payments.gateway.chapa import Chapa
from payments.gateway.sandbox import Sandbox
from payments.models import Payment, SandboxCheckout
from payments.services.checkout.verify import verify_payment
from payments.services.provider_events.inbox import process_event, store_event
from tests.factories import make_booking
from tests.provider import Provider
from tests.rest import caller, leaving

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LOST = Answer(Verdict.UNKNOWN, "Chapa gave no answer.")


@pytest.fixture(autouse=True)
def no_throttle() -> None:
    cache.clear()


@pytest.fixture
def booking() -> Booking:
    return make_booking(departure=leaving(), now=timezone.now(), integration="website")


Meanwhile = Callable[..., None]


@pytest.fixture
def meanwhile(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Between the provider's taking of the order and its answer to us this happens there, and we hear of it."""
    order = Chapa.initialise

    def happens(status: str, *, lost: bool = False, **changes: Any) -> None:
        def initialise(self: Chapa, wanted: Order) -> Answer:
            answer = order(self, wanted)
            provider.mark(wanted.tx_ref, status, **changes)
            raw, headers = provider.webhook("charge.success", wanted.tx_ref)
            event_id, _new = store_event(provider="chapa", raw=raw, headers=headers, now=timezone.now())
            process_event(event_id=event_id, now=timezone.now())
            return LOST if lost else answer

        monkeypatch.setattr(Chapa, "initialise", initialise)

    return happens


def initiate(booking: Booking, key: str = "") -> Any:
    body, headers = {"booking": booking.reference}, {"Idempotency-Key": key} if key else {}
    return caller().post("/api/payment/initiate/", body, content_type="application/json", headers=headers)


@pytest.mark.parametrize("lost", [False, True])
def test_the_api_says_that_it_is_paid(booking: Booking, meanwhile: Meanwhile, lost: bool) -> None:
    meanwhile("success", lost=lost)
    answer = initiate(booking)
    payment = Payment.objects.get()
    assert answer.status_code == 201
    shown = answer.json()
    assert (shown["tx_ref"], shown["status"], shown["checkout_url"]) == (payment.tx_ref, "succeeded", None)
    assert shown["receipt"] == "R-000001"
    again = initiate(booking)
    assert (again.status_code, Payment.objects.count()) == (201, 2)  # the rest of the price is asked next


def test_the_same_key_gives_the_same_answer(booking: Booking, meanwhile: Meanwhile) -> None:
    meanwhile("success")
    api = caller()
    answers = [
        api.post(
            "/api/payment/initiate/",
            {"booking": booking.reference},
            content_type="application/json",
            headers={"Idempotency-Key": "one"},
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Payment.objects.count() == 1


def test_money_that_is_wrong_is_in_review(booking: Booking, meanwhile: Meanwhile) -> None:
    meanwhile("success", amount=1)
    answer = initiate(booking)
    assert (answer.status_code, answer.json()["code"]) == (409, "in_review")
    assert "the amount is 1.00, not 600.00" in answer.json()["detail"]


def test_a_failure_meanwhile_is_tried_again_in_a_moment(
    booking: Booking, meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile("failed")
    answer = initiate(booking)
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (409, "in_progress", "1")
    monkeypatch.undo()
    again = initiate(booking)
    assert (again.status_code, again.json()["status"]) == (201, "pending")


def test_the_customer_s_page_leads_to_what_came_of_it(booking: Booking, meanwhile: Meanwhile) -> None:
    meanwhile("success")
    response = Client().post(pay_url(booking).removeprefix("http://127.0.0.1:8000"), {"amount": "600.00"})
    payment = Payment.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/pay/return/{payment.tx_ref}/")
    page = Client().get(response["Location"]).content.decode()
    assert "Your payment was made" in page or "Thank you" in page


def test_the_sandbox_does_the_same(booking: Booking, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    order = Sandbox.initialise

    def initialise(self: Sandbox, wanted: Order) -> Answer:
        answer = order(self, wanted)
        SandboxCheckout.objects.update(status="success")
        verify_payment(payment_id=Payment.objects.get().pk, source="webhook", actor=SYSTEM, now=timezone.now())
        return answer

    monkeypatch.setattr(Sandbox, "initialise", initialise)
    answer = initiate(booking)
    assert (answer.status_code, answer.json()["status"]) == (201, "succeeded")
