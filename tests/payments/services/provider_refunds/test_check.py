"""Two refunds of one payment are told apart by the name that we gave them."""

from decimal import Decimal
from urllib.parse import parse_qsl

import pytest

from bookings.actors import SYSTEM
from payments.models import Payment, Refund
from payments.services.provider_refunds.check import check_refund
from payments.services.provider_refunds.send import send_refund
from tests.factories import NOW
from tests.payments.refunds import ask, paid_at, state
from tests.provider import Provider

pytestmark = pytest.mark.django_db


def send(payment: Payment, amount: str = "500.00") -> Refund:
    refund = ask(payment, amount, way="provider")
    send_refund(refund_id=refund.pk, now=NOW)
    refund.refresh_from_db()
    return refund


def check(refund: Refund) -> tuple[str, Decimal]:
    check_refund(refund_id=refund.pk, actor=SYSTEM, now=NOW)
    return state(refund)


def test_a_refund_is_asked_for_under_a_name_of_ours_that_stands_on_its_row(live: Provider) -> None:
    first, second = [send(paid_at(live)) for _ in range(2)]
    sent = [dict(parse_qsl(request.body)) for request in live.seen("refund")]
    assert [form["reference"] for form in sent] == [first.our_reference, second.our_reference]
    assert len({first.our_reference, second.our_reference}) == 2
    assert [refund.status for refund in (first, second)] == ["processing"] * 2


def test_the_name_is_kept_before_the_provider_is_asked(live: Provider) -> None:
    live.tell("refund", "drop", stored=True)
    refund = send(paid_at(live))
    [request] = live.seen("refund")
    assert (refund.status, dict(parse_qsl(request.body))["reference"]) == ("unknown", refund.our_reference)


@pytest.mark.parametrize("found_by_our_name", [True, False])
def test_a_lost_answer_is_found_beside_another_refund_of_the_payment(live: Provider, found_by_our_name: bool) -> None:
    live.book.refund_found_by_our_name = found_by_our_name
    payment = paid_at(live)
    first = send(payment, "300.00")
    live.tell("refund", "error500", times=1, stored=True)
    lost = send(payment, "500.00")
    [at_chapa] = [r for r in live.book.refunds.values() if r.merchant_reference == lost.our_reference]
    live.set_refund(at_chapa.ref, "refunded")
    assert (first.status, lost.status) == ("processing", "unknown")
    assert check(lost) == ("succeeded", Decimal("1500.00"))
    assert state(first)[0] == "processing"


def test_another_refund_s_word_is_not_taken_for_this_one_s(live: Provider) -> None:
    """Of the same amount, and the last one that the provider knows of the payment."""
    live.book.refund_found_by_our_name = False
    payment = paid_at(live)
    first = send(payment)
    live.tell("refund", "error500", times=1)
    lost = send(payment)
    live.set_refund(first.provider_reference, "refunded")
    assert check(lost) == ("unknown", Decimal("2000.00"))
    assert check(first) == ("succeeded", Decimal("1500.00"))


def test_a_refund_that_failed_there_doesn_t_speak_for_the_next(live: Provider) -> None:
    live.book.refund_found_by_our_name = False
    payment = paid_at(live)
    first = send(payment)
    live.set_refund(first.provider_reference, "reversed")
    assert check(first)[0] == "failed"
    live.tell("refund", "error500", times=1)
    lost = send(payment)
    assert check(lost)[0] == "unknown"
    assert lost.check_note != ""


def test_what_the_name_stands_for_elsewhere_doesn_t_matter(live: Provider) -> None:
    """No document says what merchant_reference is: only a name of another refund of ours tells anything."""
    payment = paid_at(live)
    live.tell("refund", "error500", times=1, stored=True)
    lost = send(payment)
    [at_chapa] = live.book.refunds.values()
    at_chapa.merchant_reference = payment.tx_ref
    at_chapa.status = "refunded"
    assert check(lost) == ("succeeded", Decimal("1500.00"))


def test_a_refund_from_before_names_is_checked_as_before(live: Provider) -> None:
    payment = paid_at(live)
    live.tell("refund", "error500", times=1, stored=True)
    lost = send(payment)
    Refund.objects.update(our_reference="")
    [at_chapa] = live.book.refunds.values()
    at_chapa.merchant_reference, at_chapa.status = None, "refunded"
    assert check(lost) == ("succeeded", Decimal("1500.00"))
    assert live.count("refund_status", payment.provider_reference) == 1
