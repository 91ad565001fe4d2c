from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.models import Booking
from bookings.timeline import sentence
from notifications.models import Message
from payments import books
from payments.models import Payment, ProviderEvent
from payments.services.provider_events import reconcile
from payments.services.provider_events.inbox import replay_event
from tests.attempts import DEPOSIT, ask, begin, later, now_is
from tests.factories import NOW
from tests.payments.comparison import at_chapa, found, paid, refund_of, run, told
from tests.provider import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_two_lists_that_agree_tell_nothing(provider: Provider) -> None:
    for _ in range(12):
        paid(provider)
    at_chapa(provider, begin())
    assert run() == found(compared=13)
    assert told() == []


def test_a_success_nobody_told_us_of_is_settled(provider: Provider) -> None:
    payment = paid(provider, heard=False)
    assert run() == found(compared=1)
    assert now_is(payment) == ("succeeded", "confirmed", DEPOSIT)
    assert "by reconciliation" in sentence(payment.booking.events.get(kind="payment_received"))
    trace = ("list.only_theirs", "processed", "A payment here has this reference by now.")
    assert (told(), list(books.breaches())) == ([trace], [])


@pytest.mark.parametrize("status", ["expired", "failed"])
def test_also_one_that_we_gave_up(provider: Provider, status: str) -> None:
    payment = paid(provider, heard=False)
    Payment.objects.filter(pk=payment.pk).update(status=status, next_check_at=None)
    run()
    assert now_is(payment)[0] == "succeeded"


def test_only_payments_of_that_amount_are_asked_about(provider: Provider) -> None:
    unpaid = begin()
    provider.add("SHOP-1", "12.50", status="success", created_at=NOW)
    asked_before = provider.count("verify")
    run()
    assert (provider.count("verify"), now_is(unpaid)[0]) == (asked_before, "pending")


def test_what_only_they_have_is_told_once(provider: Provider) -> None:
    tx = provider.add("SHOP-1", "12.50", status="success", created_at=NOW)
    for _ in range(2):
        assert run() == found(compared=1, only_theirs=[tx.reference])
    text = f"The provider took ETB 12.50 on 2026-11-23 09:00 UTC; no payment here has its reference {tx.reference}."
    assert told() == [("list.only_theirs", "unmatched", text)]
    assert ProviderEvent.objects.get().body == {
        "reference": tx.reference,
        "created_at": "2026-11-23T09:00:00+00:00",
        "status": "success",
        "amount": "12.500",
        "charge": "0.000",
        "currency": "ETB",
        "type": "API",
        "payment_method": "telebirr",
    }


def test_what_they_did_not_take_is_nobodys_business(provider: Provider) -> None:
    for status in ("unpaid", "pending", "failed/cancelled"):
        provider.add(f"SHOP-{status}", "12.50", status=status, created_at=NOW)
    provider.add("SHOP-OLD", "12.50", status="success", created_at=NOW - timedelta(days=4))
    assert run() == found(compared=3)


def test_a_payment_in_review_is_known(provider: Provider) -> None:
    payment = paid(provider, heard=False)
    provider.pay(payment.tx_ref, amount=1)
    ask(payment)
    assert now_is(payment)[0] == "review"
    assert run() == found(compared=1)


def test_what_is_matched_later_needs_nobody(provider: Provider) -> None:
    payment = paid(provider, heard=False)
    provider.tell("verify", "error500", times=1)
    assert run()["only_theirs"] == [provider.book.txs[payment.tx_ref].reference]
    ask(payment, minutes=800)
    assert run() == found(compared=1)
    assert told() == [("list.only_theirs", "processed", "A payment here has this reference by now.")]


def test_what_only_we_have_is_told_once(provider: Provider) -> None:
    payment = paid(provider)
    del provider.book.txs[payment.tx_ref]
    for _ in range(2):
        assert run() == found(only_ours=[payment.tx_ref])
    text = "It succeeded here, but the provider's list doesn't have it."
    assert told() == [("list.only_ours", "unmatched", text)]
    event = ProviderEvent.objects.get()
    assert (event.payment_id, event.tx_ref) == (payment.pk, payment.tx_ref)
    assert now_is(payment)[0] == "succeeded"


def test_a_payment_outside_of_the_lists_days_is_not_missed(provider: Provider) -> None:
    payment = paid(provider)
    del provider.book.txs[payment.tx_ref]
    assert run(later(10)) == found()  # it came a moment ago
    assert run(NOW + timedelta(days=3)) == found()


@pytest.mark.parametrize(
    ("status", "changes", "text"),
    [
        ("success", {"amount": 1}, "It succeeded here with ETB 600.00, but the provider's list says ETB 1.00."),
        ("success", {"currency": "USD"}, "It succeeded here with ETB 600.00, but the provider's list says USD 600.00."),
        ("failed", {}, "It succeeded here, but the provider's list says “failed”."),
        ("pending", {}, "It succeeded here, but the provider's list says “pending”."),
    ],
)
def test_another_story_of_the_same_payment_is_told(
    provider: Provider, status: str, changes: dict[str, Any], text: str
) -> None:
    payment = paid(provider)
    provider.mark(payment.tx_ref, status, **changes)
    for _ in range(2):
        assert run() == found(compared=1, differs=[payment.tx_ref])
    assert told() == [("list.differs", "unmatched", text)]
    assert now_is(payment) == ("succeeded", "confirmed", DEPOSIT)


def test_money_that_went_back_there_is_written_down(provider: Provider) -> None:
    payment = paid(provider)
    provider.mark(payment.tx_ref, "refunded")
    assert run() == found(compared=1)
    assert now_is(payment) == ("succeeded", "confirmed", Decimal("0.00"))


def test_a_refund_of_ours_that_failed_explains_no_money_that_went_back(provider: Provider) -> None:
    payment = paid(provider)
    refund_of(payment, "200.00", "failed")
    provider.mark(payment.tx_ref, "refunded")
    assert run() == found(compared=1)
    assert now_is(payment) == ("succeeded", "confirmed", Decimal("0.00"))


def test_what_our_partial_refund_may_not_explain_is_told_once_for_each_change_there(provider: Provider) -> None:
    payment = paid(provider)
    refund_of(payment, "200.00", "succeeded")
    provider.mark(payment.tx_ref, "refunded")
    for _ in range(2):
        assert run() == found(compared=1, differs=[payment.tx_ref])
    text = (
        "The provider says “refunded”, but not how much; of ETB 600.00 we paid back 200.00. "
        "Look there: if the rest went back too, record it as a refund by another way."
    )
    assert told() == [("list.differs", "unmatched", text)]
    ProviderEvent.objects.update(status="ignored")
    provider.mark(payment.tx_ref, "refunded", updated_at="2026-11-24T09:00:00.000000Z")
    ask(payment, source="webhook")
    assert told() == [("list.differs", "ignored", text), ("list.differs", "unmatched", text)]


def test_the_bank_s_reversal_is_heard_of_though_a_part_was_paid_back(provider: Provider) -> None:
    payment = paid(provider)
    refund_of(payment, "200.00", "succeeded")
    Booking.objects.update(paid=Decimal("400.00"))
    provider.mark(payment.tx_ref, "reversed")
    assert run() == found(compared=1)
    assert now_is(payment)[2] == Decimal("0.00")


def test_a_refund_that_is_under_way_is_left_to_its_own_check(provider: Provider) -> None:
    payment = paid(provider)
    refund_of(payment, "200.00", "processing")
    provider.mark(payment.tx_ref, "refunded")
    asked_before = provider.count("verify")
    assert run() == found(compared=1)
    assert (told(), provider.count("verify")) == ([], asked_before)


def test_when_time_is_up_what_is_known_has_been_told(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "MOST_SECONDS", -1)
    payment = paid(provider, heard=False)
    asked_before = provider.count("verify")
    assert run()["only_theirs"] == [provider.book.txs[payment.tx_ref].reference]
    assert ([status for _event, status, _text in told()], provider.count("verify")) == (["unmatched"], asked_before)


def test_a_death_while_asking_leaves_what_is_known(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(**_fields: Any) -> Any:
        raise SystemExit

    monkeypatch.setattr(reconcile, "verify_payment", die)
    paid(provider, heard=False)
    with pytest.raises(SystemExit):
        run()
    assert [status for _event, status, _text in told()] == ["unmatched"]


@pytest.mark.parametrize("kind", ["error500", "html", "unauthorized", "too_many", "drop"])
def test_a_list_that_broke_off_proves_nothing_missing(provider: Provider, kind: str) -> None:
    payments = [paid(provider) for _ in range(2)]
    del provider.book.txs[payments[0].tx_ref]
    for number in range(12):
        provider.add(f"SHOP-{number}", "5", status="success", created_at=NOW + timedelta(hours=1))
    provider.tell("transactions", "slow", times=1)
    provider.tell("transactions", kind)
    result = run()
    assert (result["compared"], len(result["only_theirs"]), result["only_ours"]) == (10, 10, [])
    assert (result["complete"], bool(result["why"])) == (False, True)


def test_a_provider_that_is_down_changes_nothing(provider: Provider) -> None:
    payment = paid(provider)
    provider.down()
    assert run() == found(complete=False, why="Chapa could not be reached (ConnectError).")
    assert (told(), now_is(payment)[0]) == ([], "succeeded")
    provider.up()


def test_the_inboxs_button_looks_again(provider: Provider) -> None:
    payment = paid(provider, heard=False)
    provider.tell("verify", "error500", times=1)
    run()
    event = ProviderEvent.objects.get()
    assert replay_event(event_id=event.pk, now=later(801)) == "unmatched"
    assert told() == [("list.only_theirs", "unmatched", event.last_error)]
    ask(payment, minutes=802)
    assert replay_event(event_id=event.pk, now=later(803)) == "processed"


def test_a_longer_list_takes_no_more_statements(provider: Provider) -> None:
    counts = []
    for number in (1, 30):
        for each in range(number):
            provider.add(f"SHOP-{number}-{each}", "5", status="success", created_at=NOW)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            run()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert Message.objects.count() == 0


def test_the_sandbox_agrees_with_itself() -> None:
    begin()
    assert run()["complete"] is True
