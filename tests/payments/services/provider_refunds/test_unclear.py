"""Refunds whose outcome nobody knows: never posted again, decided by the provider's word or a person's."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.actors import SYSTEM, staff
from config.management.commands.check_books import all_breaches
from notifications.refusals import Refused
from payments.gateway.chapa import Chapa
from payments.models import Refund
from payments.services.checkout.verify import verify_payment
from payments.services.provider_refunds.check import decide_refund
from payments.services.provider_refunds.send import send_refund, work_off_due
from tests.factories import NOW, clerk, make_user
from tests.payments.refunds import ask, paid_at, refund_mails, state
from tests.payments.sent_refunds import LATER, check, send, theirs
from tests.provider import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ("error500", "unknown"),
        ("html", "unknown"),
        ("broken_json", "unknown"),
        ("too_many", "unknown"),
        ("drop", "unknown"),
        ("unauthorized", "failed"),
    ],
)
def test_an_answer_that_is_none_is_unknown_and_never_posted_again(live: Provider, fault: str, status: str) -> None:
    payment = paid_at(live)
    live.tell("refund", fault)
    refund = send(payment)
    assert state(refund) == (status, Decimal("2000.00"))
    assert refund.check_note
    live.behave()
    send_refund(refund_id=refund.pk, now=LATER)
    work_off_due(now=LATER)
    assert (state(refund)[0], live.count("refund"), refund_mails()) == (status, 1, [])
    if status == "failed":
        assert "CHAPA_SECRET_KEY" in refund.check_note
    else:
        with pytest.raises(Refused) as refusal:
            ask(payment, way="provider")
        assert refusal.value.code == "unclear"


def test_timed_out_after_the_provider_stored_it_is_found_by_the_check(
    live: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = paid_at(live)
    live.tell("refund", "slow", seconds=1, times=1)
    with monkeypatch.context() as impatient:
        impatient.setattr(Chapa, "READ_SECONDS", 0.3)
        refund = send(payment)
    assert state(refund) == ("unknown", Decimal("2000.00"))
    check(refund)
    assert (state(refund)[0], refund_mails()) == ("processing", [("queued", "500.00", "yes")])
    live.set_refund(theirs(live), "refunded")
    check(refund)
    assert (state(refund), live.count("refund")) == (("succeeded", Decimal("1500.00")), 1)


def test_nobody_guesses_which_of_two_refunds_an_answer_means(live: Provider) -> None:
    payment = paid_at(live)
    send(payment, "100.00")
    live.tell("refund", "error500")
    refund = send(payment, "100.00")
    check(refund)
    assert state(refund)[0] == "unknown"
    assert "can't tell" in refund.check_note


def test_a_webhook_makes_an_unclear_refund_due_at_once(live: Provider) -> None:
    payment = paid_at(live)
    live.tell("refund", "error500", times=1, stored=True)
    refund = send(payment, "2000.00")
    live.set_refund(theirs(live), "refunded")
    live.mark(payment.tx_ref, "refunded")
    verify_payment(payment_id=payment.pk, source="webhook", actor=SYSTEM, now=NOW)
    assert work_off_due(now=NOW) == 1
    assert state(refund) == ("succeeded", Decimal("0.00"))


def test_where_refunds_can_t_be_looked_up_the_payment_tells(live: Provider) -> None:
    payment = paid_at(live)
    live.tell("refund", "error500", times=1, stored=True)
    live.tell("refund_status", "error500")
    refund = send(payment, "2000.00")
    check(refund)
    assert state(refund)[0] == "unknown"
    live.mark(payment.tx_ref, "refunded")
    check(refund)
    assert state(refund) == ("succeeded", Decimal("0.00"))


def test_a_worker_that_died_between_claim_and_answer_leaves_an_unknown(live: Provider) -> None:
    payment = paid_at(live)
    refund = ask(payment, way="provider")
    Refund.objects.update(status="processing", sent_at=NOW, next_check_at=NOW + timedelta(minutes=5))
    assert work_off_due(now=NOW + timedelta(minutes=4)) == 0
    assert state(refund)[0] == "processing"
    live.tell("refund_status", "error500")
    assert work_off_due(now=NOW + timedelta(minutes=6)) == 1
    assert (state(refund)[0], live.count("refund"), live.count("refund_status")) == ("unknown", 0, 1)
    assert refund.next_check_at is not None
    assert refund.next_check_at > NOW + timedelta(minutes=6)


def test_a_person_decides_what_nobody_knows(live: Provider) -> None:
    payment = paid_at(live)
    live.tell("refund", "error500")
    refund, by = send(payment), make_user()
    decide_refund(refund_id=refund.pk, went_through=False, reason="Not in its list", actor=staff(by), now=LATER)
    assert state(refund) == ("failed", Decimal("2000.00"))
    assert refund.provider_answer == {"decided_by": staff(by).label, "because": "Not in its list"}
    second = send(payment)
    decide_refund(refund_id=second.pk, went_through=True, reason="Seen there", actor=staff(by), now=LATER)
    assert state(second) == ("succeeded", Decimal("1500.00"))
    with pytest.raises(Refused):
        decide_refund(refund_id=second.pk, went_through=False, reason="No", actor=staff(by), now=LATER)
    assert refund_mails() == [("queued", "500.00", "")]
    assert list(all_breaches()) == []


def test_a_second_refund_waits_until_the_first_is_clear(live: Provider) -> None:
    payment = paid_at(live)
    first, second = (ask(payment, "500.00", way="provider") for _ in range(2))
    live.tell("refund", "error500", times=1)
    send_refund(refund_id=first.pk, now=NOW)
    assert send_refund(refund_id=second.pk, now=NOW) == "approved"
    assert live.count("refund") == 1
    decide_refund(refund_id=first.pk, went_through=False, reason="No", actor=clerk(), now=LATER)
    work_off_due(now=LATER)
    assert (state(second)[0], live.count("refund")) == ("processing", 2)
