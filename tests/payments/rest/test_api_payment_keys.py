"""REST: one charge an Idempotency-Key, whatever breaks in between."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bookings.models import ApiKey, ApiRequest, Booking, Customer
from bookings.services import api_requests
from payments.models import Payment, SandboxCheckout
from tests.payments.rest.calls import VERIFY, begin
from tests.provider import Provider
from tests.rest import post

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_the_same_key_gives_the_same_answer_and_another_body_is_422(api: Client, booking: Booking) -> None:
    first, again = begin(api, booking, "one"), begin(api, booking, "one")
    assert (again.status_code, again.json(), again["Idempotent-Replayed"]) == (201, first.json(), "true")
    assert begin(api, booking, "one", amount="5").status_code == 422
    assert begin(api, booking, "two", amount="99999").status_code == 409
    Booking.objects.update(total=10**6)
    assert begin(api, booking, "two", amount="99999").json()["code"] == "too_much"
    assert Payment.objects.count() == 1


def test_more_than_ten_links_an_hour_are_429_and_the_key_may_ask_again(api: Client, booking: Booking) -> None:
    for count in range(10):
        assert begin(api, booking, f"{count}", amount=f"{500 + count}").status_code == 201
    refusal = begin(api, booking, "last", amount="600")
    assert (refusal.status_code, refusal.json()["code"], refusal["Retry-After"]) == (429, "too_many", "600")
    Payment.objects.update(created_at=timezone.now() - timedelta(hours=1))
    assert begin(api, booking, "last", amount="600").status_code == 201


def test_what_still_runs_is_409(api: Client, booking: Booking) -> None:
    begin(api, booking, "one")
    ApiRequest.objects.update(status_code=None, body=None)
    response = begin(api, booking, "one")
    assert (response.status_code, response.json()["code"], response["Retry-After"]) == (409, "in_progress", "1")


@pytest.mark.parametrize("meanwhile", ["nothing", "paid", "failed", "link closed"])
def test_killed_after_the_provider_was_asked_a_retry_finds_the_payment(
    api: Client, booking: Booking, monkeypatch: pytest.MonkeyPatch, meanwhile: str
) -> None:
    """Like a kill -9: neither answer nor release is written; the claim's lease has to run out."""

    class Killed(BaseException):
        pass

    def kill(**_fields: Any) -> None:
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr(api_requests, "finish", kill)
        with pytest.raises(Killed):
            begin(api, booking, "one", amount="500")
    assert begin(api, booking, "one", amount="500").json()["code"] == "in_progress"
    ApiRequest.objects.update(created_at=timezone.now() - api_requests.LEASE - timedelta(seconds=1))
    [payment] = Payment.objects.all()
    statuses = {"nothing": "pending", "paid": "succeeded", "failed": "failed", "link closed": "expired"}
    SandboxCheckout.objects.update(status={"paid": "success", "failed": "failed"}.get(meanwhile, "pending"))
    if meanwhile in ("paid", "failed"):
        post(api, VERIFY, {"tx_ref": payment.tx_ref})
    elif meanwhile == "link closed":
        Payment.objects.update(status="expired", next_check_at=None)
    again = begin(api, booking, "one", amount="500")
    assert (again.status_code, again.json()["tx_ref"], again.json()["status"]) == (
        201,
        payment.tx_ref,
        statuses[meanwhile],
    )
    assert (Payment.objects.count(), SandboxCheckout.objects.count()) == (1, 1)


def test_an_answer_of_initialise_that_is_lost_is_no_answer_to_keep(
    api: Client, booking: Booking, provider: Provider
) -> None:
    provider.tell("initialize", "html", times=1, stored=True)
    for _ in range(2):
        response = begin(api, booking, "one", amount="500")
        assert (response.status_code, response.json()["code"]) == (409, "payment_unknown")
    [payment] = Payment.objects.all()
    provider.pay(payment.tx_ref)
    post(api, VERIFY, {"tx_ref": payment.tx_ref})
    response = begin(api, booking, "one", amount="500")
    assert (response.status_code, response.json()["tx_ref"], response.json()["status"]) == (
        201,
        payment.tx_ref,
        "succeeded",
    )
    assert (provider.count("initialize"), Payment.objects.count()) == (1, 1)


def test_a_key_that_was_told_to_come_back_gets_a_payment(api: Client, booking: Booking, provider: Provider) -> None:
    provider.tell("initialize", "unauthorized", times=1)
    assert begin(api, booking, "one").status_code == 503
    dead = Payment.objects.get()
    told = api.get(f"/api/payment/status/{dead.tx_ref}/").json()
    assert (told["status"], told["failure_reason"]) == ("failed", "The payment was not completed.")
    response = begin(api, booking, "one")
    assert (response.status_code, response.json()["status"]) == (201, "pending")
    assert response.json()["checkout_url"] == Payment.objects.exclude(pk=dead.pk).get().checkout_url


def test_killed_before_the_provider_was_asked_a_retry_waits_and_then_begins(
    api: Client, booking: Booking, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def kill(*_arguments: Any, **_fields: Any) -> None:
        raise Killed

    with monkeypatch.context() as broken:
        broken.setattr("payments.gateway.chapa.Chapa.initialise", kill)
        with pytest.raises(Killed):
            begin(api, booking, "one")
    ApiRequest.objects.update(created_at=timezone.now() - api_requests.LEASE - timedelta(seconds=1))
    assert begin(api, booking, "one").json()["code"] == "payment_unknown"
    Payment.objects.update(created_at=timezone.now() - timedelta(minutes=3))
    dead = Payment.objects.get()
    assert post(api, VERIFY, {"tx_ref": dead.tx_ref}).json()["failure_reason"] == "It never reached the provider."
    response = begin(api, booking, "one")
    assert (response.status_code, response.json()["status"]) == (201, "pending")
    assert (provider.count("initialize"), Payment.objects.count()) == (1, 2)


def test_an_error_of_ours_leaves_the_key_free(booking: Booking, monkeypatch: pytest.MonkeyPatch) -> None:
    _row, key = ApiKey.objects.create_key(name="website", scopes=["payments:write"])
    api = Client(headers={"Authorization": f"Api-Key {key}"}, raise_request_exception=False)
    with monkeypatch.context() as broken:
        broken.setattr("payments.views.start_payment", lambda **_fields: 1 / 0)
        assert begin(api, booking, "one").status_code == 500
    assert begin(api, booking, "one").status_code == 201
    assert Customer.objects.count() == 1
