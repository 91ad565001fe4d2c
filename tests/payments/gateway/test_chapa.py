"""The client against a server that speaks Chapa's documented API: what each answer means for us."""

from decimal import Decimal
from typing import Any

import pytest

from payments.gateway import State, Verdict, chapa_http
from payments.gateway.chapa import Chapa
from tests.chapa_order import ORDER, REF, begin, chapa
from tests.provider import Provider


def test_a_link_is_given_and_the_order_sent_as_documented(provider: Provider) -> None:
    answer = begin()
    assert (answer.verdict, answer.state) == (Verdict.DONE, State.PENDING)
    assert answer.checkout_url.startswith(f"{provider.origin}/checkout/payment/")
    assert provider.orders() == [
        {
            "amount": "1500.50",
            "currency": "ETB",
            "tx_ref": REF,
            "email": "abebe@mail.et",
            "first_name": "Abebe",
            "last_name": "Bikila Demissie",
            "phone_number": "0912345678",
            "callback_url": ORDER.callback_url,
            "return_url": ORDER.return_url,
            "customization": {"title": "Tourdesk", "description": "Booking TD-7K3M9QX2"},
        }
    ]
    assert provider.requests[0].headers["authorization"] == f"Bearer {provider.key}"


def test_texts_that_chapa_would_refuse_never_refuse_a_payment(provider: Provider) -> None:
    answer = begin(
        title="ላሊበላ #1 “Café” & Highland tours",
        description="ጉዞ ወደ ላሊበላ",
        name="አበበ",
        email="abebe@example.com",
        phone="+44 20 7946 0000",
        return_url="",
    )
    assert answer.verdict is Verdict.DONE
    [sent] = provider.orders()
    assert sent["customization"] == {"title": "1 Cafe Highland"}
    assert sent["first_name"] == "አበበ"
    assert not {"email", "phone_number", "last_name", "return_url"} & set(sent)


@pytest.mark.parametrize(
    ("code", "message", "verdict"),
    [
        (400, {"email": ["validation.email"]}, Verdict.REFUSED),
        (400, {"amount": ["validation.required"]}, Verdict.REFUSED),
        (400, "Invalid currency, KES is not supported", Verdict.REFUSED),
        (400, "The amount must not exceed maximum limit", Verdict.REFUSED),
        (400, "Transaction reference has been used before", Verdict.UNKNOWN),
        (400, "User can't receive payments", Verdict.MISCONFIGURED),
        (400, "USER CAN’T RECEIVE PAYMENTS", Verdict.MISCONFIGURED),
        (400, "The subaccount is not valid", Verdict.MISCONFIGURED),
        (401, "Authorization required", Verdict.MISCONFIGURED),
        (401, "Invalid API Key or User doesn't exist", Verdict.MISCONFIGURED),
        (404, "Payments through API is disabled, please contact us", Verdict.MISCONFIGURED),
        (409, "Something new", Verdict.UNKNOWN),
        (429, "Too many requests", Verdict.UNKNOWN),
        (500, "Server Error", Verdict.UNKNOWN),
    ],
)
def test_what_initialise_says_no_with(provider: Provider, code: int, message: Any, verdict: Verdict) -> None:
    provider.tell("initialize", "answer", code=code, body={"message": message, "status": "failed", "data": None})
    answer = begin()
    assert (answer.verdict, answer.checkout_url) == (verdict, "")
    assert answer.detail.endswith(".")


def test_a_key_that_chapa_doesnt_know_names_the_variable(provider: Provider, settings: Any) -> None:
    settings.CHAPA_SECRET_KEY = "CHASECK_TEST-another"
    answer = begin()
    assert answer.verdict is Verdict.MISCONFIGURED
    assert answer.detail == "Chapa refused our key: Invalid API Key or User doesn't exist. Check CHAPA_SECRET_KEY."


def test_a_tx_ref_is_used_once_for_ever(provider: Provider) -> None:
    begin()
    answer = begin()
    assert (answer.verdict, answer.detail) == (Verdict.UNKNOWN, "Chapa knows this transaction already.")


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        7,
        "/checkout/payment/1",
        "javascript:alert(1)",
        "https://evil.example/checkout",
        "https://127.0.0.1.evil.example/",
        "https://127.0.0.1@evil.example/",
        "https://evil.example\\@127.0.0.1/",
        "https://127.0.0.1/\u202e",
        "https://[",
        "https://127.0.0.1/" + "x" * 500,
    ],
)
def test_nobody_is_sent_to_another_checkout(provider: Provider, url: Any) -> None:
    body = {"message": "Hosted Link", "status": "success", "data": {"checkout_url": url}}
    provider.tell("initialize", "answer", body=body)
    answer = begin()
    assert (answer.verdict, answer.checkout_url) == (Verdict.UNKNOWN, "")


def test_a_checkout_without_tls_is_for_a_provider_on_this_machine_only(provider: Provider) -> None:
    from payments.gateway.chapa_answers import wrong_link

    for base_url, wrong in (
        ("https://api.chapa.co/v1", "Chapa gave a checkout link that isn't https."),
        (provider.base_url, ""),
    ):
        assert wrong_link("http://checkout.chapa.co/x", hosts=("checkout.chapa.co",), base_url=base_url) == wrong


CALLS: dict[str, Any] = {
    "initialize": lambda: chapa().initialise(ORDER),
    "verify": lambda: chapa().verify(tx_ref=REF),
    "cancel": lambda: chapa().cancel(tx_ref=REF),
    "refund": lambda: chapa().refund(tx_ref=REF, reference="AP1", amount=Decimal(1), reason="x"),
    "refund_status": lambda: chapa().refund_status(reference="AP1"),
}
BROKEN = ("error500", "bad_gateway", "html", "broken_json", "wrong_type", "too_many", "redirect", "huge", "drop")


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("kind", BROKEN)
def test_an_answer_that_is_none_is_unknown_and_asked_for_once(provider: Provider, call: str, kind: str) -> None:
    provider.tell(call, kind)
    answer = CALLS[call]()
    assert (answer.verdict, answer.amount) == (Verdict.UNKNOWN, None)
    assert answer.detail
    assert provider.count(call) == len(provider.requests) == 1


@pytest.mark.parametrize("call", CALLS)
def test_silence_is_unknown(provider: Provider, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Chapa, "READ_SECONDS", 0.1)
    provider.tell(call, "slow", seconds=5)
    answer = CALLS[call]()
    assert (answer.verdict, answer.detail) == (Verdict.UNKNOWN, "Chapa did not answer in time.")
    assert provider.count(call) == 1


def test_an_answer_in_drops_is_given_up(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chapa_http, "MOST_SECONDS", 0.1)
    provider.tell("verify", "drip")
    answer = chapa().verify(tx_ref=REF)
    assert (answer.verdict, answer.detail) == (Verdict.UNKNOWN, "Chapa's answer was too long or unreadable.")


@pytest.mark.parametrize("call", CALLS)
def test_nobody_there_is_unknown(provider: Provider, call: str) -> None:
    provider.down()
    answer = CALLS[call]()
    assert (answer.verdict, answer.detail) == (Verdict.UNKNOWN, "Chapa could not be reached (ConnectError).")
    provider.up()


@pytest.mark.parametrize("call", CALLS)
def test_a_refused_key_is_no_answer_about_money(provider: Provider, call: str) -> None:
    provider.tell(call, "unauthorized")
    answer = CALLS[call]()
    assert answer.verdict is Verdict.MISCONFIGURED
    assert answer.detail == "Chapa refused our key: Invalid API Key. Check CHAPA_SECRET_KEY."


def test_neither_the_key_nor_an_address_is_logged(provider: Provider, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    begin()
    provider.tell("verify", "unauthorized")
    chapa().verify(tx_ref=REF)
    assert [record.name for record in caplog.records if record.name.startswith(("httpx", "httpcore"))] == []
    assert not any(secret in caplog.text for secret in (provider.key, "0912345678", "abebe@mail.et"))


def test_a_key_says_its_mode() -> None:
    keys = {
        "CHASECK_TEST-abc": "test",
        "CHASECK-abTEST-c": "live",
        "CHAPA_TEST_abc": "test",
        "CHAPA_LIVE_a_TEST_c": "live",
    }
    assert {key: Chapa(key, "", (), "").mode for key in keys} == keys
