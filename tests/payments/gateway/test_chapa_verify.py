from decimal import Decimal
from typing import Any

import pytest

from payments.gateway import Answer, State, Verdict
from tests.chapa_order import REF, begin, chapa
from tests.provider import Provider


def verified(provider: Provider, status: str = "success", **changes: Any) -> Answer:
    """What verify says of a transaction that the provider has in this state."""
    begin()
    provider.mark(REF, status, **changes)
    return chapa().verify(tx_ref=REF)


def test_verify_sends_no_body(provider: Provider) -> None:
    chapa().verify(tx_ref=REF)
    [request] = provider.requests
    assert (request.body, request.headers.get("content-type")) == ("", None)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("success", State.PAID),
        ("SUCCESS", State.PAID),
        ("pending", State.PENDING),
        ("unpaid", State.PENDING),
        ("failed", State.FAILED),
        ("cancelled", State.FAILED),
        ("failed/cancelled", State.FAILED),
        ("refunded", State.REFUNDED),
        ("reversed", State.REVERSED),
        ("auth_needed", State.ODD),
        ("success!", State.ODD),
    ],
)
def test_data_status_decides(provider: Provider, status: str, state: State) -> None:
    answer = verified(provider, status)
    assert (answer.verdict, answer.state) == (Verdict.DONE, state)


@pytest.mark.parametrize(
    ("code", "message", "status", "meaning"),
    [
        (404, "Payment not paid yet", None, (Verdict.DONE, State.PENDING)),
        (200, "Payment not paid yet", None, (Verdict.DONE, State.PENDING)),
        (404, "Invalid transaction or Transaction not found", "failed", (Verdict.DONE, State.NOT_FOUND)),
        (400, "Invalid transaction reference", "failed", (Verdict.DONE, State.NOT_FOUND)),
        (200, "Transaction not found", "failed", (Verdict.UNKNOWN, State.ODD)),
        (404, "Not Found", "failed", (Verdict.UNKNOWN, State.ODD)),
        (404, "Payments through API is disabled, please contact us", "failed", (Verdict.MISCONFIGURED, State.ODD)),
        (401, "Live secret keys can’t be used to verify a test transaction", None, (Verdict.MISCONFIGURED, State.ODD)),
        (200, "Payment details fetched successfully", "success", (Verdict.UNKNOWN, State.ODD)),
    ],
)
def test_verify_without_details(
    provider: Provider, code: int, message: str, status: str | None, meaning: tuple[Verdict, State]
) -> None:
    """The last: "success" at the top only means looked up."""
    provider.tell("verify", "answer", code=code, body={"message": message, "status": status, "data": None})
    answer = chapa().verify(tx_ref=REF)
    assert (answer.verdict, answer.state) == meaning


def test_a_transaction_of_the_other_mode_is_a_fault_of_ours(provider: Provider, settings: Any) -> None:
    begin()
    settings.CHAPA_SECRET_KEY = provider.live_key
    answer = chapa().verify(tx_ref=REF)
    assert answer.verdict is Verdict.MISCONFIGURED


def test_an_answer_that_contradicts_itself_is_neither_success_nor_failure(provider: Provider) -> None:
    data = {"status": "success", "amount": 1, "currency": "ETB", "tx_ref": REF, "reference": "AP1", "mode": "test"}
    provider.tell("verify", "answer", body={"message": "Payment details", "status": "failed", "data": data})
    assert chapa().verify(tx_ref=REF).state is State.ODD


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        (1500.5, "1500.50"),
        ("1500.50", "1500.50"),
        ("1500.500", "1500.50"),
        (1500, "1500"),
        (0.1, "0.1"),
        (float("nan"), None),
        (float("inf"), None),
        ("NaN", None),
        (-1500.5, None),
        ("-1", None),
        (True, None),
        (None, None),
        ("1,500.50", None),
        ("1_500", None),
        ("ETB 1500", None),
        (["1500"], None),
        (10**30, None),
        (1e300, None),
    ],
)
def test_an_amount_is_a_number_or_nothing(provider: Provider, said: Any, amount: str | None) -> None:
    answer = verified(provider, amount=said)
    assert answer.state is State.PAID
    assert answer.amount == (None if amount is None else Decimal(amount))


def test_what_is_kept_of_an_answer_says_nothing_about_the_payer(provider: Provider) -> None:
    answer = verified(provider, method="telebirr 0911223344", type="abebe@mail.et")
    created_at = provider.book.txs[REF].created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert answer.raw == {
        "http": "200",
        "message": "Payment details",
        "answer": "success",
        "status": "success",
        "amount": "1500.5",
        "charge": "45.02",
        "currency": "ETB",
        "mode": "test",
        "method": "telebirr …",
        "type": "…",
        "reference": answer.reference,
        "tx_ref": REF,
        "created_at": created_at,
        "updated_at": created_at,
    }


def test_what_a_database_cannot_keep_is_taken_out(provider: Provider) -> None:
    answer = verified(provider, method="tele\0birr\ud800", reference="AP\0 1")
    assert (answer.raw["method"], answer.reference) == ("telebirr?", "AP 1")


def test_the_key_is_nowhere_in_what_we_say(provider: Provider) -> None:
    provider.tell("verify", "answer", code=401, body={"message": f"Invalid API Key {provider.key}", "status": "failed"})
    answer = chapa().verify(tx_ref=REF)
    assert provider.key not in f"{answer} {chapa()}"
