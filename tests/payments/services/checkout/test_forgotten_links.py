"""A payment that the provider gave a link for and doesn't know any more: staff are told, the customer is not."""

from collections.abc import Callable

import pytest

from payments.models import Payment, ProviderEvent
from payments.services.checkout.start import start_payment
from payments.services.checkout.unpaid import FORGOTTEN
from tests.attempts import CUSTOMER, ask, begin, later, mails, now_is, poll, story
from tests.provider import Provider

pytestmark = pytest.mark.django_db


def forget(provider: Provider, payment: Payment) -> None:
    del provider.book.txs[payment.tx_ref]


def told() -> list[tuple[str, str, bool]]:
    rows = ProviderEvent.objects.values_list("tx_ref", "status", "last_error")
    return [(tx_ref, status, FORGOTTEN in text) for tx_ref, status, text in rows]


def test_staff_are_told_and_the_customer_hears_of_no_failure(provider: Provider) -> None:
    payment = begin()
    forget(provider, payment)
    poll(61)
    payment.refresh_from_db()
    assert (payment.status, payment.failure_reason) == ("expired", FORGOTTEN)
    assert mails(payment) == []
    assert story(payment)[-1] == "payment_expired"
    assert told() == [(payment.tx_ref, "unmatched", True)]
    ask(payment, minutes=90)
    assert len(told()) == 1


def test_staff_hear_of_it_at_the_first_question_and_the_link_is_not_closed_by_it(provider: Provider) -> None:
    payment = begin()
    forget(provider, payment)
    ask(payment, minutes=1)  # it may not be known yet
    assert (now_is(payment)[0], told()) == ("pending", [])
    ask(payment, minutes=5)
    assert (now_is(payment)[0], told()) == ("pending", [(payment.tx_ref, "unmatched", True)])


def test_a_link_that_was_replaced(provider: Provider) -> None:
    payment = begin()
    forget(provider, payment)
    other = start_payment(booking_id=payment.booking_id, actor=CUSTOMER, now=later(10), amount=payment.booking.total)
    assert (now_is(payment)[0], other.status) == ("expired", "pending")
    assert (mails(payment), told()) == ([], [(payment.tx_ref, "unmatched", True)])


def failed(provider: Provider, payment: Payment) -> None:
    provider.mark(payment.tx_ref, "failed")
    ask(payment, minutes=5)


def succeeded(provider: Provider, payment: Payment) -> None:
    provider.pay(payment.tx_ref)
    ask(payment, minutes=5)


@pytest.mark.parametrize("became", [failed, succeeded])
def test_one_that_had_failed_or_succeeded_before(
    provider: Provider, became: Callable[[Provider, Payment], None]
) -> None:
    payment = begin()
    became(provider, payment)
    before = mails(payment)
    forget(provider, payment)
    ask(payment, minutes=70)
    assert now_is(payment)[0] == became.__name__
    assert (mails(payment), told()) == (before, [(payment.tx_ref, "unmatched", True)])


def test_a_link_that_just_runs_out_is_told_to_the_customer_as_before(provider: Provider) -> None:
    payment = begin()
    poll(61)
    assert (now_is(payment)[0], told()) == ("expired", [])
    assert ("payment_failure", "queued") in mails(payment)
