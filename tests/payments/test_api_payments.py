"""REST: begin, verify and read payments; who may, what is refused, and one charge whatever breaks in between."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from bookings.models import ApiKey, ApiRequest, Booking, Customer
from bookings.services import api_requests
from payments.models import Payment, SandboxCheckout
from tests.factories import make_booking, make_customer
from tests.odd_numbers import NO_AMOUNT
from tests.provider import Provider
from tests.rest import caller, leaving

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
INITIATE, VERIFY = "/api/payment/initiate/", "/api/payment/verify/"

UNSAFE = ("https://user:pass@shop.example.com/", "https://shop.example.com:22/", "http://shop.example.com/")
WRONG: dict[str, tuple[Any, ...]] = {
    "amount": ("0", "-1", "0.001", "1.005", "NaN", "Infinity", "", None, True, [], {}, "1e30", 10**400, "x"),
    "return_url": ("javascript:alert(1)", "ftp://x.e", "/done", "", None, 7, "https://x.e/" + "a" * 500, *UNSAFE),
    "booking": ("", None, 7, "x" * 13),
    "colour": ("red",),
}


@pytest.fixture(autouse=True)
def no_throttle() -> None:
    cache.clear()


@pytest.fixture
def api() -> Client:
    return caller()


@pytest.fixture
def booking() -> Booking:
    customer = make_customer(integration="website", user_id="7")
    return make_booking(departure=leaving(), now=timezone.now(), integration="website", customer=customer)


def post(api: Client, path: str, body: Any, key: str = "") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return api.post(path, body, content_type="application/json", headers=headers)


def begin(api: Client, booking: Booking, key: str = "", **fields: Any) -> Any:
    return post(api, INITIATE, {"booking": booking.reference, **fields}, key)


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


# --- Idempotency-Key -----------------------------------------------------------------------------


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


def test_what_staff_say_of_an_attempt_is_not_for_the_integration(api: Client, booking: Booking) -> None:
    tx_ref = begin(api, booking).json()["tx_ref"]
    Payment.objects.update(status="failed", failure_reason="Almaz swears she never paid")
    told = api.get(f"/api/payment/status/{tx_ref}/").json()
    assert told["failure_reason"] == "The payment was not completed."


def test_an_error_of_ours_leaves_the_key_free(booking: Booking, monkeypatch: pytest.MonkeyPatch) -> None:
    _row, key = ApiKey.objects.create_key(name="website", scopes=["payments:write"])
    api = Client(headers={"Authorization": f"Api-Key {key}"}, raise_request_exception=False)
    with monkeypatch.context() as broken:
        broken.setattr("payments.views.start_payment", lambda **_fields: 1 / 0)
        assert begin(api, booking, "one").status_code == 500
    assert begin(api, booking, "one").status_code == 201
    assert Customer.objects.count() == 1


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
