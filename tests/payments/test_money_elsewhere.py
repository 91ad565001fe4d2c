"""Where the provider may have moved money without us, a person is told; and a person's word lifts no limit."""

from decimal import Decimal

import pytest
from pytest_django import Settings

from bookings.actors import SYSTEM, staff
from config.management.commands.check_books import all_breaches
from payments.gateway import Answer, registry
from payments.models import Payment, ProviderEvent, Refund
from payments.services import refund_checking, refund_sending
from payments.services.settling import settle
from tests.factories import NOW, make_user
from tests.payments.refunds import ask, paid_at, state
from tests.provider import Provider

pytestmark = pytest.mark.django_db


def told(payment: Payment) -> list[str]:
    events = ProviderEvent.objects.filter(payment=payment, event="list.differs", status="unmatched")
    return [event.last_error for event in events]


def hear(payment: Payment) -> None:
    settle(payment_id=payment.pk, source="webhook", actor=SYSTEM, now=NOW)


def test_a_refund_on_its_way_while_the_bank_takes_the_payment_back_is_told_and_keeps_its_name(live: Provider) -> None:
    payment = paid_at(live)
    refund = ask(payment, way="provider")
    Refund.objects.update(status="processing", sent_at=NOW)  # a worker is posting it
    live.mark(payment.tx_ref, "reversed")
    hear(payment)
    answer = live_answer(refund)
    refund_sending._note_posted(refund.pk, answer, NOW)  # noqa: SLF001 (the worker's answer comes now)

    assert state(refund) == ("failed", Decimal(0))
    assert refund.provider_reference == answer.reference
    [text] = told(payment)
    assert f"{payment.tx_ref}: ETB 500.00 was on its way back then" in text
    assert list(all_breaches()) == []


def live_answer(refund: Refund) -> Answer:
    gateway = registry.of_method("chapa")
    assert gateway is not None
    return gateway.refund(
        tx_ref=refund.payment.tx_ref, reference=refund.payment.provider_reference, amount=refund.amount, reason="Ill"
    )


@pytest.mark.parametrize("word", ["reversed", "refunded"])
def test_money_that_went_back_in_another_amount_than_it_came_is_told_once(live: Provider, word: str) -> None:
    payment = paid_at(live)
    live.mark(payment.tx_ref, word, amount=0)
    for _ in range(2):
        hear(payment)
    payment.refresh_from_db()
    assert (payment.status, payment.booking.paid) == ("succeeded", Decimal("2000.00"))
    [text] = told(payment)
    assert "the amount is 0.00, not 2000.00" in text


def test_who_says_that_a_refund_did_not_go_through_needs_another_person_for_the_next(
    live: Provider, settings: Settings
) -> None:
    settings.REFUND_APPROVAL_LIMITS = {"ETB": Decimal(1000)}
    payment, one = paid_at(live), make_user()
    live.tell("refund", "error500", times=1)
    refund = ask(payment, "1000.00", by=one, way="provider")
    refund_sending.send_refund(refund_id=refund.pk, now=NOW)
    refund_checking.decide_refund(refund_id=refund.pk, went_through=False, reason="No", actor=staff(one), now=NOW)
    assert state(ask(payment, "1000.00", by=one, way="provider"))[0] == "requested"
