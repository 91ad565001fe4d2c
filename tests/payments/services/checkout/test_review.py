"""Payments in review: money of another amount is kept as a payment of its own, or rejected; both for good."""

from decimal import Decimal
from typing import Any

import pytest

from bookings.actors import SYSTEM
from bookings.models import Booking
from config.management.commands.check_books import all_breaches
from notifications.refusals import Refused
from payments.models import Payment
from payments.services.checkout.review import apply_review, reject_review
from payments.services.checkout.verify import verify_payment
from payments.services.provider_refunds.check import check_refund
from payments.services.provider_refunds.send import send_refund
from tests.factories import NOW, clerk
from tests.payments.refunds import ask, begun_at, state
from tests.provider import Provider

pytestmark = pytest.mark.django_db


def in_review(live: Provider, **said: Any) -> Payment:
    payment = begun_at(live)
    live.pay(payment.tx_ref, **said)
    hear(payment)
    assert payment.status == "review"
    return payment


def hear(payment: Payment) -> Payment:
    verify_payment(payment_id=payment.pk, source="webhook", actor=SYSTEM, now=NOW)
    payment.refresh_from_db()
    return payment


def booking_now() -> tuple[str, Decimal, bool]:
    booking = Booking.objects.get()
    return booking.status, booking.paid, booking.payment_open


def test_what_came_is_kept_as_a_payment_of_its_own(live: Provider) -> None:
    payment = in_review(live, amount=700)
    assert booking_now() == ("pending", Decimal(0), True)
    kept = apply_review(payment_id=payment.pk, actor=clerk(), now=NOW)
    payment.refresh_from_db()
    assert (payment.status, payment.amount) == ("failed", Decimal("2000.00"))
    assert payment.failure_reason == f"ETB 700.00 came instead, kept as {kept.tx_ref}"
    assert (kept.status, kept.amount, kept.receipt_number) == ("succeeded", Decimal("700.00"), 1)
    assert booking_now() == ("confirmed", Decimal("700.00"), False)
    events = list(payment.booking.events.values_list("kind", flat=True))
    assert events == ["created", "payment_in_review", "review_applied", "payment_received", "confirmed"]
    with pytest.raises(Refused):
        apply_review(payment_id=payment.pk, actor=clerk(), now=NOW)
    assert list(all_breaches()) == []


def test_the_same_answer_again_moves_nothing_after_a_decision(live: Provider) -> None:
    payment = in_review(live, amount=700)
    apply_review(payment_id=payment.pk, actor=clerk(), now=NOW)
    assert hear(payment).status == "failed"
    assert booking_now() == ("confirmed", Decimal("700.00"), False)


def test_rejected_money_is_not_kept_and_stays_rejected(live: Provider) -> None:
    payment = in_review(live, amount=1)
    reject_review(payment_id=payment.pk, reason="One birr for a joke", actor=clerk(), now=NOW)
    assert (hear(payment).status, payment.failure_reason) == ("failed", "One birr for a joke")
    assert booking_now() == ("pending", Decimal(0), False)
    with pytest.raises(Refused):
        reject_review(payment_id=payment.pk, reason="x", actor=clerk(), now=NOW)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"currency": "USD"}, "It came in USD."),
        ({"mode": "test"}, "It was made in test mode."),
        ({"amount": "NaN"}, "Its amount is no usable number."),
    ],
)
def test_money_that_can_t_stand_on_the_booking_is_refused_with_the_way_out(
    live: Provider, said: dict[str, Any], why: str
) -> None:
    payment = in_review(live, **said)
    with pytest.raises(Refused) as refusal:
        apply_review(payment_id=payment.pk, actor=clerk(), now=NOW)
    way_out = "Pay it back in the provider's own pages, then reject it here."
    assert refusal.value.detail == f"{payment.tx_ref}: {why} {way_out}"
    assert (Payment.objects.count(), booking_now()) == (1, ("pending", Decimal(0), True))


def test_without_an_answer_it_stays_in_review(live: Provider) -> None:
    payment = in_review(live, amount=700)
    live.tell("verify", "error500")
    with pytest.raises(Refused) as refusal:
        apply_review(payment_id=payment.pk, actor=clerk(), now=NOW)
    assert (refusal.value.code, Payment.objects.get().status) == ("no_answer", "review")


def test_an_answer_that_was_mended_settles_the_payment_itself(live: Provider) -> None:
    payment = in_review(live, amount=700)
    live.pay(payment.tx_ref)
    assert apply_review(payment_id=payment.pk, actor=clerk(), now=NOW) == payment
    assert booking_now() == ("confirmed", Decimal("2000.00"), False)


def test_kept_money_can_be_paid_back_through_the_provider(live: Provider) -> None:
    payment = in_review(live, amount=3000)
    kept = apply_review(payment_id=payment.pk, actor=clerk(), now=NOW)
    live.book.txs[payment.tx_ref].amount = Decimal(3000)
    refund = ask(kept, "1000.00", way="provider")
    send_refund(refund_id=refund.pk, now=NOW)
    [ref] = live.book.refunds
    live.set_refund(ref, "refunded")
    check_refund(refund_id=refund.pk, actor=SYSTEM, now=NOW)
    assert state(refund) == ("succeeded", Decimal("2000.00"))


def test_what_the_bank_takes_back_of_kept_money_is_taken_off(live: Provider) -> None:
    payment = in_review(live, amount=700)
    kept = apply_review(payment_id=payment.pk, actor=clerk(), now=NOW)
    live.mark(payment.tx_ref, "reversed", amount=700)
    for _ in range(2):
        hear(payment)
    assert list(kept.refunds.values_list("kind", "amount")) == [("reversal", Decimal("700.00"))]
    assert booking_now() == ("confirmed", Decimal(0), False)
    assert list(all_breaches()) == []
