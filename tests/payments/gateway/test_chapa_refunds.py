from decimal import Decimal
from typing import Any

import pytest

from payments.gateway import Answer, State, Verdict
from tests.chapa_order import REF, begin, chapa
from tests.provider import Provider


def test_cancel_ends_a_link_once(provider: Provider) -> None:
    begin()
    answers = [chapa().cancel(tx_ref=ref) for ref in (REF, REF, "CHAPA-UNKNOWN")]
    assert [answer.verdict for answer in answers] == [Verdict.DONE, Verdict.REFUSED, Verdict.REFUSED]


def paid_live(provider: Provider) -> Answer:
    begin()
    provider.pay(REF)
    return chapa().verify(tx_ref=REF)


def refund(provider: Provider, amount: str = "1500.50") -> Answer:
    reference = chapa().verify(tx_ref=REF).reference
    return chapa().refund(tx_ref=REF, reference=reference, amount=Decimal(amount), reason="Trip cancelled")


def test_a_refund_is_asked_for_as_a_form_and_followed(live: Provider) -> None:
    paid_live(live)
    answer = refund(live, "500")
    assert (answer.verdict, answer.state, answer.amount) == (Verdict.DONE, State.PENDING, Decimal(500))
    [request] = live.seen("refund")
    assert request.body == "reason=Trip+cancelled&amount=500.00"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    for word, state in (("processing", State.PENDING), ("refunded", State.REFUNDED), ("reversed", State.REVERSED)):
        live.set_refund(answer.reference, word)
        assert chapa().refund_status(reference=answer.reference).state is state


def test_a_refund_is_named_as_the_setting_says(live: Provider, settings: Any) -> None:
    settings.CHAPA_REFUND_BY = live.book.refund_by = "tx_ref"
    paid_live(live)
    assert refund(live).verdict is Verdict.DONE
    assert live.count("refund", REF) == 1


def test_a_refund_without_its_own_name_is_followed_by_the_payments(live: Provider) -> None:
    live.book.refund_names_itself = False
    paid = paid_live(live)
    assert (refund(live).verdict, refund(live).reference) == (Verdict.DONE, "")
    assert chapa().refund_status(reference=paid.reference).verdict is Verdict.DONE


def test_a_test_key_refunds_nothing(provider: Provider) -> None:
    paid_live(provider)
    answer = refund(provider)
    assert answer.verdict is Verdict.REFUSED
    assert answer.detail == "Chapa refunds in live mode only; this is a test key."


@pytest.mark.parametrize(
    ("code", "message", "verdict"),
    [
        (400, {"reason": ["validation.required"]}, Verdict.REFUSED),
        (400, "Insufficient balance", Verdict.REFUSED),
        (404, "Transaction not found", Verdict.REFUSED),
        (400, "This transaction has already been refunded", Verdict.UNKNOWN),
        (400, "A refund is being processed", Verdict.UNKNOWN),
        (200, "Could not refund", Verdict.UNKNOWN),
        (409, "Conflict", Verdict.UNKNOWN),
    ],
)
def test_a_refund_that_may_be_on_its_way_is_unknown(live: Provider, code: int, message: Any, verdict: Verdict) -> None:
    live.tell("refund", "answer", code=code, body={"message": message, "status": "failed", "data": None})
    answer = chapa().refund(tx_ref=REF, reference="AP1", amount=Decimal(1), reason="x")
    assert answer.verdict is verdict


def test_a_refund_of_an_unnamed_payment_asks_nobody(live: Provider) -> None:
    answer = chapa().refund(tx_ref=REF, reference="", amount=Decimal(1), reason="x")
    assert (answer.verdict, live.requests) == (Verdict.REFUSED, [])


def test_a_refund_that_nobody_knows_is_not_found(live: Provider) -> None:
    answer = chapa().refund_status(reference="MERC-1")
    assert (answer.verdict, answer.state) == (Verdict.DONE, State.NOT_FOUND)
