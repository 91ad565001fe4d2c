"""Two bookings whose payments the provider gives one reference: the second is in review, and nobody gets an error."""

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections

from bookings.actors import SYSTEM
from bookings.models import Booking
from config.management.commands.check_books import all_breaches
from notifications.refusals import Refused
from payments.models import Payment
from payments.services.checkout import review, verify
from payments.services.checkout.verify import verify_payment
from payments.services.refunds import request
from tests.factories import NOW, clerk, make_booking
from tests.payments.refunds import ask, begun_at, paid_by_hand
from tests.payments.services.checkout.test_start_races import somebody_waits_for_a_lock
from tests.provider import Provider
from tests.uncommitted import uncommitted

NOTE = "Paid at the provider, but the provider's reference belongs to another payment."


def two_of_one_reference(live: Provider) -> tuple[Payment, Payment]:
    payments = begun_at(live, make_booking()), begun_at(live, make_booking())
    for payment in payments:
        live.pay(payment.tx_ref, reference="AP-the-same")
    return payments


def ask_about(payment: Payment) -> Payment:
    return verify_payment(payment_id=payment.pk, source="webhook", actor=SYSTEM, now=NOW).payment


def ends() -> list[tuple[str, str, Decimal]]:
    rows = Payment.objects.select_related("booking").order_by("pk")
    return [(payment.status, payment.booking.status, payment.booking.paid) for payment in rows]


BOTH = [("succeeded", "confirmed", Decimal(2000)), ("review", "pending", Decimal(0))]


@pytest.mark.django_db
@pytest.mark.parametrize("seen", [True, False])
def test_the_second_is_put_in_review_also_when_the_look_came_too_early(
    live: Provider, monkeypatch: pytest.MonkeyPatch, seen: bool
) -> None:
    first, second = two_of_one_reference(live)
    ask_about(first)
    if not seen:
        monkeypatch.setattr(verify, "differences", lambda _payment, _answer: [])
    assert ask_about(second).check_note == NOTE
    assert ends() == BOTH
    assert second.booking.events.filter(kind="payment_in_review").count() == 1
    assert list(all_breaches()) == []


@pytest.mark.django_db
def test_a_review_can_t_be_kept_when_its_reference_is_taken_meanwhile(
    live: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = two_of_one_reference(live)
    live.pay(second.tx_ref, reference="AP-the-same", amount=1500)
    ask_about(second)
    ask_about(first)
    monkeypatch.setattr(review, "_cannot_keep", lambda _payment, _answer: "")
    with pytest.raises(Refused) as refused:
        review.apply_review(payment_id=second.pk, actor=clerk(), now=NOW)
    assert refused.value.detail == (
        f"{second.tx_ref}: It belongs to another payment already."
        " Pay it back in the provider's own pages, then reject it here."
    )
    assert ends() == BOTH


@pytest.mark.django_db
def test_one_form_sent_for_two_payments_pays_back_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = paid_by_hand(), paid_by_hand()
    ask(first, key="one")
    monkeypatch.setattr(request, "_check_press", lambda *_args: None)  # the look came too early
    with pytest.raises(Refused) as refused:
        ask(second, key="one")
    assert (refused.value.code, second.refunds.count()) == ("already_recorded", 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [False, True])
def test_two_at_once_of_two_bookings(live: Provider, monkeypatch: pytest.MonkeyPatch, guarded: bool) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory belongs to one thread; on PostgreSQL this runs")
    first, second = two_of_one_reference(live)
    if not guarded:
        monkeypatch.setattr(verify, "violates", lambda *_args: False)
    came: list[Any] = []

    def hear_of_the_second() -> None:
        try:
            came.append(ask_about(second).status)
        except IntegrityError as error:
            came.append(type(error))
        connections.close_all()

    webhook = threading.Thread(target=hear_of_the_second)
    with uncommitted():  # the first one's answer is written, and not committed yet
        ask_about(first)
        webhook.start()
        somebody_waits_for_a_lock()
    webhook.join()
    if not guarded:
        assert came == [IntegrityError]
        return
    assert came == ["review"]
    assert ends() == BOTH
    assert list(all_breaches()) == []
    assert Booking.objects.filter(payment_open=True).count() == 1
