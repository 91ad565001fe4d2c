"""Every answer that verify can give, and what we make of it: states, staff's message, mails, timeline."""

from decimal import Decimal
from typing import Any

import pytest

from bookings.models import Booking
from payments.gateway.chapa import Chapa
from payments.models import Payment
from tests.attempts import DEPOSIT, ask, begin, later, mails, note, now_is, poll, story
from tests.provider import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
NOTHING = Decimal("0.00")
OPEN = ("pending", "pending", NOTHING)
PAID = ("succeeded", "confirmed", DEPOSIT)
CONFIRMED = ["payment_started", "payment_received", "confirmed"]
KEY = "Chapa refused our key: Invalid API Key. Check CHAPA_SECRET_KEY."


def test_paid(provider: Provider) -> None:
    payment = begin()
    provider.pay(payment.tx_ref)
    ask(payment)
    payment.refresh_from_db()
    tx = provider.book.txs[payment.tx_ref]
    assert now_is(payment) == PAID
    assert (payment.provider_reference, payment.provider_charge) == (tx.reference, Decimal("18.00"))
    assert (payment.received_at, payment.next_check_at, payment.receipt_number) == (later(1), None, 1)
    assert payment.verify_answer is not None
    assert (payment.verify_answer["status"], payment.verify_answer["tx_ref"]) == ("success", payment.tx_ref)
    assert (mails(payment), story(payment)) == ([("payment_confirmation", "queued")], CONFIRMED)


def test_paid_is_heard_of_once_however_often_it_is_said(provider: Provider) -> None:
    payment = begin()
    provider.pay(payment.tx_ref)
    for source in ("webhook", "callback", "poll", "staff"):
        ask(payment, source=source)
    assert now_is(payment) == PAID
    assert (mails(payment), story(payment)) == ([("payment_confirmation", "queued")], CONFIRMED)


NO_ANSWER = {
    "error500": "Chapa had an error (HTTP 500).",
    "bad_gateway": "Chapa did not answer in a form that we understand (HTTP 502).",
    "html": "Chapa did not answer in a form that we understand (HTTP 200).",
    "broken_json": "Chapa did not answer in a form that we understand (HTTP 200).",
    "wrong_type": "Chapa did not answer in a form that we understand (HTTP 200).",
    "huge": "Chapa's answer was too long or unreadable.",
    "too_many": "Chapa had too many questions at once (HTTP 429).",
    "unauthorized": KEY,
    "drop": "Chapa could not be reached (RemoteProtocolError).",
}


@pytest.mark.parametrize(("kind", "told"), NO_ANSWER.items())
def test_without_an_answer_nothing_moves(provider: Provider, kind: str, told: str) -> None:
    payment = begin()
    provider.pay(payment.tx_ref)
    provider.tell("verify", kind, times=1)
    verified = ask(payment)
    assert (verified.answered, now_is(payment), note(payment)) == (False, OPEN, told)
    assert (mails(payment), story(payment)) == ([], ["payment_started"])
    ask(payment, minutes=2)
    assert now_is(payment) == PAID


def test_a_time_out_moves_nothing(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = begin()
    monkeypatch.setattr(Chapa, "READ_SECONDS", 0.1)
    provider.tell("verify", "slow", seconds=5)
    ask(payment)
    assert (now_is(payment), note(payment)) == (OPEN, "Chapa did not answer in time.")


def test_a_provider_that_isnt_there_moves_nothing(provider: Provider) -> None:
    payment = begin()
    provider.down()
    ask(payment)
    assert (now_is(payment), note(payment)) == (OPEN, "Chapa could not be reached (ConnectError).")
    provider.up()


def test_a_key_of_the_other_mode_moves_nothing(provider: Provider, settings: Any) -> None:
    payment = begin()
    provider.pay(payment.tx_ref)
    settings.CHAPA_SECRET_KEY = provider.live_key
    ask(payment)
    assert now_is(payment) == OPEN
    assert note(payment) == (
        "Chapa refused our key: Live secret keys can’t be used to verify a test transaction. Check CHAPA_SECRET_KEY."
    )


def test_a_key_taken_out_moves_nothing(provider: Provider, settings: Any) -> None:
    payment = begin()
    settings.CHAPA_SECRET_KEY = ""
    assert ask(payment).answered is False
    assert (now_is(payment), note(payment)) == (OPEN, "Chapa isn't set up here, so nobody can be asked.")


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("unpaid", "Not paid yet."),
        ("pending", "Chapa says: pending."),
        (
            "auth_needed",
            "Chapa says “auth_needed”, which we don't know. Please look at it in Chapa's dashboard.",
        ),
    ],
)
def test_not_paid_yet_waits(provider: Provider, status: str, told: str) -> None:
    payment = begin()
    provider.mark(payment.tx_ref, status)
    ask(payment)
    assert (now_is(payment), note(payment), mails(payment)) == (OPEN, told, [])


@pytest.mark.parametrize("minutes", [61, 60 * 24 * 8])
def test_a_word_we_dont_know_never_closes_a_payment(provider: Provider, minutes: int) -> None:
    payment = begin()
    provider.mark(payment.tx_ref, "auth_needed")
    poll(minutes)
    assert (now_is(payment)[0], mails(payment)) == ("pending", [])


DIFFERENT: list[tuple[dict[str, Any], str]] = [
    ({"amount": 1}, "the amount is 1.00, not 600.00"),
    ({"amount": 600.01}, "the amount is 600.01, not 600.00"),
    ({"amount": "600.001"}, "the amount is 600.001, not 600.00"),
    ({"amount": float("nan")}, "the amount is no number, not 600.00"),
    ({"amount": True}, "the amount is no number, not 600.00"),
    ({"amount": -600}, "the amount is no number, not 600.00"),
    ({"currency": "USD"}, "the currency is USD, not ETB"),
    ({"currency": None}, "the currency is missing, not ETB"),
    ({"mode": "live"}, "the mode is live, not test"),
    ({"mode": None}, "the mode is missing, not test"),
    ({"tx_ref": "CHAPA-OTHER"}, "the transaction is another one"),
    ({"reference": None}, "the provider's reference is missing"),
    ({"amount": 1, "currency": "USD"}, "the amount is 1.00, not 600.00; the currency is USD, not ETB"),
]


@pytest.mark.parametrize(("said", "told"), DIFFERENT)
def test_money_that_we_didnt_ask_for_waits_for_a_person(provider: Provider, said: dict[str, Any], told: str) -> None:
    payment = begin()
    provider.pay(payment.tx_ref, says=said)
    for _ in range(2):
        ask(payment)
    assert now_is(payment) == ("review", "pending", NOTHING)
    assert note(payment) == f"Paid at the provider, but {told}."
    assert (mails(payment), story(payment)) == ([], ["payment_started", "payment_in_review"])
    assert Booking.objects.get(pk=payment.booking_id).payment_open  # and keeps its seats meanwhile


@pytest.mark.parametrize("said", [600, 600.0, "600.00", "600.000"])
def test_an_amount_is_compared_by_its_value(provider: Provider, said: Any) -> None:
    payment = begin()
    provider.pay(payment.tx_ref, amount=said)
    ask(payment)
    assert now_is(payment) == PAID


def test_a_provider_that_sets_its_answer_right_ends_the_review(provider: Provider) -> None:
    payment = begin()
    provider.pay(payment.tx_ref, amount=float("nan"))
    ask(payment)
    provider.pay(payment.tx_ref)
    ask(payment, minutes=5)
    assert now_is(payment) == PAID


def test_a_reference_of_another_payment_waits_for_a_person(provider: Provider) -> None:
    first, second = begin(), begin()
    provider.pay(first.tx_ref)
    ask(first)
    provider.pay(second.tx_ref, reference=provider.book.txs[first.tx_ref].reference)
    ask(second)
    assert now_is(second)[0] == "review"
    assert note(second) == "Paid at the provider, but the provider's reference belongs to another payment."


# --- failed isn't the end -------------------------------------------------------------------------
FAILED = ("failed", "pending", NOTHING)


@pytest.mark.parametrize("word", ["failed", "cancelled", "failed/cancelled"])
def test_a_failed_attempt_tells_the_customer_once_and_is_watched(provider: Provider, word: str) -> None:
    payment = begin()
    provider.mark(payment.tx_ref, word)
    for minutes in (1, 2):
        ask(payment, minutes=minutes)
    assert now_is(payment) == FAILED
    assert (mails(payment), story(payment)) == (
        [("payment_failure", "queued")],
        ["payment_started", "payment_failed"],
    )
    assert Payment.objects.get(pk=payment.pk).next_check_at == later(2)


def test_a_second_try_on_the_same_link_is_found_by_the_poll(provider: Provider) -> None:
    payment = begin()
    provider.mark(payment.tx_ref, "failed")
    ask(payment)
    provider.pay(payment.tx_ref)
    poll(5)
    assert now_is(payment) == PAID
    assert mails(payment) == [("payment_failure", "withdrawn"), ("payment_confirmation", "queued")]
    assert story(payment) == ["payment_started", "payment_failed", "payment_received", "confirmed"]


def test_a_failed_link_is_ended_with_its_life_and_not_watched_any_more(provider: Provider) -> None:
    payment = begin()
    provider.mark(payment.tx_ref, "failed")
    ask(payment)
    poll(61)
    payment.refresh_from_db()
    assert (payment.status, payment.next_check_at) == ("failed", None)
    assert provider.count("cancel", payment.tx_ref) == 1
    assert not Booking.objects.get(pk=payment.booking_id).payment_open
    assert len(mails(payment)) == 1


# --- what went back -------------------------------------------------------------------------------
@pytest.mark.parametrize(("word", "kind"), [("refunded", "refund"), ("reversed", "reversal")])
@pytest.mark.parametrize("heard_of_it", [True, False])
def test_money_that_went_back_is_gone(provider: Provider, word: str, kind: str, heard_of_it: bool) -> None:
    payment = begin()
    provider.pay(payment.tx_ref)
    if heard_of_it:
        ask(payment)
    provider.mark(payment.tx_ref, word)
    for minutes in (2, 3):
        ask(payment, minutes=minutes)
    assert now_is(payment) == ("succeeded", "confirmed" if heard_of_it else "pending", NOTHING)
    assert [(r.kind, r.status, r.amount) for r in payment.refunds.all()] == [(kind, "succeeded", DEPOSIT)]
    assert story(payment)[-1] == "payment_taken_back"


def test_a_success_is_never_unsaid(provider: Provider) -> None:
    payment = begin()
    provider.pay(payment.tx_ref)
    ask(payment)
    for word in ("pending", "failed", "unpaid", "auth_needed"):
        provider.mark(payment.tx_ref, word)
        ask(payment, minutes=5)
        assert now_is(payment) == PAID
    assert note(payment).startswith("It succeeded before; now: Chapa says “auth_needed”")
    assert len(mails(payment)) == 1
