"""Refunds through the provider, against one that is slow, broken, wrong or down: posted once, booked once."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import TestCase
from pytest_django import Settings

from bookings.actors import SYSTEM
from bookings.models import Booking
from config.management.commands.check_books import all_breaches
from notifications import rendering
from notifications.models import Message
from notifications.refusals import Refused
from payments.models import Payment, Refund
from payments.services.checkout.verify import verify_payment
from payments.services.provider_refunds.answers import provider_tx_ref
from payments.services.provider_refunds.send import send_refund, work_off_due
from payments.services.refunds.approve import approve_refund
from payments.services.times import PATIENCE
from tests.factories import NOW, clerk
from tests.payments.refunds import ask, begun_at, paid_at, refund_mails, state
from tests.payments.sent_refunds import LATER, check, kept, listed, send, theirs
from tests.provider import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_a_refund_is_sent_after_the_commit_and_booked_when_it_has_succeeded(live: Provider) -> None:
    payment = paid_at(live)
    with TestCase.captureOnCommitCallbacks() as after:
        refund = ask(payment, way="provider")
    assert (state(refund), refund.next_check_at, len(after)) == (("approved", Decimal("2000.00")), NOW, 1)
    assert send_refund(refund_id=refund.pk, now=NOW) == "processing"
    assert (state(refund)[1], refund.sent_at, refund_mails()) == (
        Decimal("2000.00"),
        NOW,
        [("queued", "500.00", "yes")],
    )
    live.set_refund(theirs(live), "refunded")
    assert check(refund).status == "succeeded"
    assert state(refund) == ("succeeded", Decimal("1500.00"))
    check(refund)
    assert (state(refund)[1], len(refund_mails()), live.count("refund")) == (Decimal("1500.00"), 1, 1)
    kinds = list(payment.booking.events.filter(kind__startswith="refund").values_list("kind", flat=True))
    assert kinds == ["refund_requested", "refunded"]
    assert list(all_breaches()) == []


def test_sent_twice_it_is_posted_once(live: Provider) -> None:
    refund = send(paid_at(live))
    assert send_refund(refund_id=refund.pk, now=LATER) == "processing"
    assert live.count("refund") == 1


def test_without_approval_nothing_is_sent(live: Provider, settings: Settings) -> None:
    settings.REFUND_APPROVAL_LIMITS = {}
    refund = ask(paid_at(live), way="provider")
    assert send_refund(refund_id=refund.pk, now=NOW) == "requested"
    assert work_off_due(now=LATER) == 0
    approve_refund(refund_id=refund.pk, actor=clerk(), now=NOW)
    assert work_off_due(now=NOW) == 1
    assert (state(refund)[0], live.count("refund")) == ("processing", 1)


def test_a_refusal_is_final_and_frees_the_money_for_another_try(live: Provider) -> None:
    payment = paid_at(live)
    live.tell("refund", "answer", code=400, body={"message": "Insufficient balance", "status": "failed", "data": None})
    refund = send(payment, "2000.00")
    assert state(refund) == ("failed", Decimal("2000.00"))
    live.behave()
    assert state(send(payment, "2000.00"))[0] == "processing"


def test_a_test_key_refunds_nothing_and_says_so(provider: Provider) -> None:
    payment = begun_at(provider)
    provider.book.txs[payment.tx_ref].mode = "test"
    Payment.objects.update(provider_mode="test")
    provider.pay(payment.tx_ref)
    verify_payment(payment_id=payment.pk, source="poll", actor=SYSTEM, now=NOW)
    refund = send(Payment.objects.get())
    assert state(refund) == ("failed", Decimal("2000.00"))
    assert "live mode" in refund.check_note


@pytest.mark.parametrize("first", ["check", "webhook"])
def test_our_own_refund_and_the_webhook_about_it_book_it_once(live: Provider, first: str) -> None:
    payment = paid_at(live)
    live.tell("refund", "error500", times=1, stored=True)
    refund = send(payment, "2000.00")
    assert state(refund)[0] == "unknown"
    live.set_refund(theirs(live), "refunded")
    live.mark(payment.tx_ref, "refunded")
    steps: dict[str, Callable[[], object]] = {
        "check": lambda: check(refund),
        "webhook": lambda: verify_payment(payment_id=payment.pk, source="webhook", actor=SYSTEM, now=LATER),
    }
    for step in sorted(steps, key=lambda name: name != first):
        steps[step]()
    assert state(refund) == ("succeeded", Decimal("0.00"))
    assert Refund.objects.count() == 1
    assert list(all_breaches()) == []


def test_one_that_comes_back_is_put_on_the_booking_again(live: Provider) -> None:
    refund = send(paid_at(live))
    live.set_refund(theirs(live), "refunded")
    check(refund)
    live.set_refund(theirs(live), "reversed")
    check(refund)
    assert state(refund) == ("failed", Decimal("2000.00"))
    assert refund.succeeded_at is None
    assert refund_mails() == [("withdrawn", "500.00", "yes")]
    with pytest.raises(Refused):
        check(refund)
    assert list(all_breaches()) == []


def test_another_amount_than_ours_is_a_person_s_business(live: Provider) -> None:
    refund = send(paid_at(live))
    live.book.refunds[theirs(live)].amount = Decimal("2000.00")
    live.set_refund(theirs(live), "refunded")
    check(refund)
    assert state(refund) == ("unknown", Decimal("2000.00"))
    assert refund.check_note == "The provider says 2000.00, not 500.00. Look there."


def test_the_provider_down_moves_nothing_and_costs_few_calls(live: Provider) -> None:
    refunds = [send(paid_at(live)) for _ in range(5)]
    live.tell("refund_status", "error500")
    work_off_due(now=LATER)
    assert {state(refund)[0] for refund in refunds} == {"processing"}
    assert live.count("refund_status") == PATIENCE
    assert Booking.objects.filter(paid=2000).count() == 5


def test_what_the_bank_took_back_can_t_be_paid_back_any_more(live: Provider) -> None:
    payment = paid_at(live)
    refund = send(payment)
    live.mark(payment.tx_ref, "reversed")
    verify_payment(payment_id=payment.pk, source="webhook", actor=SYSTEM, now=LATER)
    assert (state(refund), refund.check_note) == (("failed", Decimal(0)), "The bank took the payment back.")
    assert refund_mails() == [("withdrawn", "500.00", "yes")]
    assert list(payment.refunds.filter(status="succeeded").values_list("kind", "amount")) == [
        ("reversal", Decimal("2000.00"))
    ]
    assert list(all_breaches()) == []


@pytest.mark.parametrize("kept_from_review", [False, True])
def test_a_check_that_hears_of_a_reversal_takes_the_payment_back(live: Provider, kept_from_review: bool) -> None:
    payment = kept(live) if kept_from_review else paid_at(live)
    live.tell("refund", "error500", times=1)
    refund = send(payment)
    live.mark(provider_tx_ref(payment), "reversed")
    for _ in range(2):
        assert work_off_due(now=LATER) in (0, 1)
    assert (state(refund), refund.check_note) == (("failed", Decimal(0)), "The bank took the payment back.")
    assert [title for title in listed(LATER) if "efund" in title] == []
    assert "Money that was taken back" in listed(LATER)
    assert list(all_breaches()) == []


def test_the_mail_names_the_way_as_the_customer_knows_it(live: Provider) -> None:
    payment = paid_at(live)
    send(payment)
    ask(payment, "100.00", way="bank_transfer")
    ways = Message.objects.filter(kind="payment_refunded").order_by("pk")
    assert [(m.context["way"], m.context["reason"]) for m in ways] == [("chapa", "Ill"), ("bank_transfer", "Ill")]
    text = rendering.render(ways[0]).text
    assert "Your refund is on its way. It takes one to three working days." in text
    assert "How to pay" not in text


def test_a_refund_made_at_the_provider_replaces_one_that_still_waits_here(live: Provider, settings: Settings) -> None:
    settings.REFUND_APPROVAL_LIMITS = {}
    payment = paid_at(live)
    refund = ask(payment, "2000.00", way="provider")
    live.mark(payment.tx_ref, "refunded")
    for _ in range(2):
        verify_payment(payment_id=payment.pk, source="webhook", actor=SYSTEM, now=LATER)
    assert state(refund) == ("failed", Decimal(0))
    outside = payment.refunds.get(status="succeeded")
    assert (outside.amount, outside.requested_by, live.count("refund")) == (Decimal("2000.00"), None, 0)
    assert list(all_breaches()) == []
