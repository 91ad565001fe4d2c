"""REST: begin, verify and read payments; who may, what is refused, and one charge whatever breaks in between."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bookings.models import Booking
from payments.models import Payment, SandboxCheckout
from tests.odd_numbers import NO_AMOUNT
from tests.payments.rest.calls import INITIATE, VERIFY, begin
from tests.provider import Provider
from tests.rest import caller, post

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
UNSAFE = ("https://user:pass@shop.example.com/", "https://shop.example.com:22/", "http://shop.example.com/")
WRONG: dict[str, tuple[Any, ...]] = {
    "amount": ("0", "-1", "0.001", "1.005", "NaN", "Infinity", "", None, True, [], {}, "1e30", 10**400, "x"),
    "return_url": ("javascript:alert(1)", "ftp://x.e", "/done", "", None, 7, "https://x.e/" + "a" * 500, *UNSAFE),
    "booking": ("", None, 7, "x" * 13),
    "colour": ("red",),
}


def test_initiate_asks_for_what_is_due_and_leads_to_the_checkout(api: Client, booking: Booking) -> None:
    response = begin(api, booking)
    payment = Payment.objects.get()
    assert (response.status_code, response.json()) == (
        201,
        {
            "tx_ref": payment.tx_ref,
            "booking": booking.reference,
            "method": "sandbox",
            "amount": "600.00",
            "currency": "ETB",
            "status": "pending",
            "checkout_url": payment.checkout_url,
            "failure_reason": "",
            "receipt": "",
            "created_at": payment.created_at.isoformat().replace("+00:00", "Z"),
        },
    )
    assert payment.recorded_by_label == "API: website"


@pytest.mark.parametrize("amount", ["700.50", 700.5])
def test_an_amount_may_be_text_or_number(api: Client, booking: Booking, amount: Any) -> None:
    assert begin(api, booking, amount=amount).json()["amount"] == "700.50"


def test_the_customer_comes_back_to_the_address_that_was_given(api: Client, booking: Booking) -> None:
    begin(api, booking, return_url="https://shop.example.com/done?order=7")
    assert SandboxCheckout.objects.get().return_url == "https://shop.example.com/done?order=7"


@pytest.mark.parametrize(("field", "value"), [(field, value) for field, values in WRONG.items() for value in values])
def test_a_wrong_field_is_named(api: Client, booking: Booking, field: str, value: Any) -> None:
    response = post(api, INITIATE, {"booking": booking.reference, field: value})
    assert (response.status_code, list(response.json())) == (400, [field])
    assert Payment.objects.count() == 0


def test_more_than_the_balance_is_too_much(api: Client, booking: Booking) -> None:
    response = begin(api, booking, amount="2000.01")
    assert (response.status_code, response.json()) == (
        409,
        {"code": "too_much", "detail": f"{booking.reference} owes ETB 2,000.00, not more."},
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"paid": 2000}, "nothing_owed"),
        ({"status": "cancelled", "cancel_reason": "ill"}, "not_payable"),
        ({"currency": "EUR"}, "currency"),
        ({"hold_expires_at": timezone.now() - timedelta(hours=1)}, "hold_over"),
    ],
)
def test_what_cannot_be_paid_is_409_with_a_code(
    api: Client, booking: Booking, fields: dict[str, Any], code: str
) -> None:
    Booking.objects.update(**fields)
    response = begin(api, booking)
    assert (response.status_code, response.json()["code"]) == (409, code)


def test_an_open_payment_of_the_same_amount_is_given_again(api: Client, booking: Booking) -> None:
    assert begin(api, booking).json() == begin(api, booking).json()
    assert Payment.objects.count() == 1


def test_verify_asks_the_provider_now(api: Client, booking: Booking) -> None:
    tx_ref = begin(api, booking).json()["tx_ref"]
    assert post(api, VERIFY, {"tx_ref": tx_ref}).json()["status"] == "pending"
    SandboxCheckout.objects.update(status="success")
    response = post(api, VERIFY, {"tx_ref": tx_ref})
    body = response.json()
    assert (response.status_code, body["status"], body["checkout_url"], body["receipt"]) == (
        200,
        "succeeded",
        None,
        "R-000001",
    )
    booking.refresh_from_db()
    assert booking.status == "confirmed"


def test_verify_with_a_silent_provider_is_503_and_changes_nothing(
    api: Client, booking: Booking, provider: Provider
) -> None:
    tx_ref = begin(api, booking).json()["tx_ref"]
    provider.down()
    response = post(api, VERIFY, {"tx_ref": tx_ref}, "one")
    assert (response.status_code, response.json()["code"], response["Retry-After"]) == (
        503,
        "provider_unreachable",
        "30",
    )
    assert Payment.objects.get().status == "pending"
    provider.up()
    provider.pay(tx_ref)
    assert post(api, VERIFY, {"tx_ref": tx_ref}, "one").json()["status"] == "succeeded"


def test_a_key_that_the_provider_refuses_is_503_too(api: Client, booking: Booking, provider: Provider) -> None:
    provider.tell("initialize", "unauthorized")
    response = begin(api, booking)
    assert (response.status_code, response.json()["code"]) == (503, "provider_misconfigured")


def test_status_is_read_with_and_without_the_last_slash(api: Client, booking: Booking) -> None:
    body = begin(api, booking).json()
    path = f"/api/payment/status/{body['tx_ref']}"
    assert [api.get(path).json(), api.get(f"{path}/").json()] == [body, body]


@pytest.mark.parametrize("tx_ref", ["CHAPA-NONE", "x" * 200, "a%00b", "%ff", "a b"])
def test_an_unknown_transaction_is_404(api: Client, tx_ref: str) -> None:
    response = api.get(f"/api/payment/status/{tx_ref}/")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_the_payments_of_one_customer_are_paged_in_two_statements(
    api: Client, booking: Booking, django_assert_num_queries: Callable[..., Any]
) -> None:
    for number in range(60):
        Payment.objects.create(
            tx_ref=f"CHAPA-{number}",
            booking=booking,
            method="chapa",
            status="failed",
            amount=1,
            currency="ETB",
            recorded_by_label="Test",
            created_at=timezone.now(),
        )
    api.get("/api/payment/user/?user_id=7")
    with django_assert_num_queries(2):
        page = api.get("/api/payment/user/?user_id=7").json()
    assert (len(page["results"]), page["results"][0]["tx_ref"]) == (50, "CHAPA-59")
    assert len(api.get(page["next"]).json()["results"]) == 10
    assert api.get("/api/payment/user/?user_id=8").json()["results"] == []
    assert api.get("/api/payment/user/").json() == {"user_id": ["This field is required."]}


def test_an_integration_sees_payments_of_its_own_bookings_only(api: Client, booking: Booking) -> None:
    tx_ref = begin(api, booking).json()["tx_ref"]
    stranger = caller("partner", ["payments:read", "payments:write"])
    assert stranger.get(f"/api/payment/status/{tx_ref}/").status_code == 404
    assert post(stranger, VERIFY, {"tx_ref": tx_ref}).status_code == 404
    assert begin(stranger, booking).status_code == 404
    assert stranger.get("/api/payment/user/?user_id=7").json()["results"] == []
    office = caller("office", ["payments:read", "bookings:all"])
    assert office.get(f"/api/payment/status/{tx_ref}/").status_code == 200


def test_each_call_needs_its_scope(booking: Booking) -> None:
    reader, writer = caller("website", ["payments:read"]), caller("website", ["payments:write"])
    bookings = caller("website", ["bookings:read", "bookings:write"])
    assert begin(reader, booking).status_code == begin(bookings, booking).status_code == 403
    assert writer.get("/api/payment/user/?user_id=7").status_code == 403
    assert begin(Client(), booking).status_code == 401
    assert begin(writer, booking).status_code == 201


def test_a_payment_by_hand_cannot_be_verified(api: Client, booking: Booking) -> None:
    Payment.objects.create(
        tx_ref="CASH-1",
        booking=booking,
        method="cash",
        status="succeeded",
        amount=1,
        currency="ETB",
        recorded_by_label="Sara",
        created_at=timezone.now(),
    )
    response = post(api, VERIFY, {"tx_ref": "CASH-1"})
    assert (response.status_code, response.json()["code"]) == (409, "method")


def test_what_staff_say_of_an_attempt_is_not_for_the_integration(api: Client, booking: Booking) -> None:
    tx_ref = begin(api, booking).json()["tx_ref"]
    Payment.objects.update(status="failed", failure_reason="Almaz swears she never paid")
    told = api.get(f"/api/payment/status/{tx_ref}/").json()
    assert told["failure_reason"] == "The payment was not completed."


@pytest.mark.parametrize("text", ["", " ", " 600", "600 ", *NO_AMOUNT])
def test_an_amount_in_another_spelling_is_named_and_nothing_is_begun(api: Client, booking: Booking, text: str) -> None:
    response = begin(api, booking, amount=text)
    assert (response.status_code, list(response.json()), Payment.objects.count()) == (400, ["amount"], 0)


@pytest.mark.parametrize(
    "number",
    ["6e2", "6E2", "6e-1", "600.001", "600.000", "600.00000000000000001", "-0.0", "-600", "1e999999999", "9" * 400],
)
def test_a_number_counts_as_it_is_written(api: Client, booking: Booking, number: str) -> None:
    body = f'{{"booking": "{booking.reference}", "amount": {number}}}'
    response = api.post(INITIATE, body, content_type="application/json")
    assert (response.status_code, list(response.json()), Payment.objects.count()) == (400, ["amount"], 0)


@pytest.mark.parametrize("number", ["600", "600.5", "600.10"])
def test_a_number_loses_no_cent(api: Client, booking: Booking, number: str) -> None:
    body = f'{{"booking": "{booking.reference}", "amount": {number}}}'
    headers = {"Idempotency-Key": "one"}
    answers = [api.post(INITIATE, body, content_type="application/json", headers=headers) for _ in range(2)]
    assert [answer.json()["amount"] for answer in answers] == [f"{Decimal(number):.2f}"] * 2
