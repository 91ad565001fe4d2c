"""“Needs a decision”: what is on the list, why, when it leaves, and which buttons lead out."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from bookings.actors import SYSTEM
from bookings.models import Booking
from bookings.services import transitions
from payments.models import Payment, ProviderEvent, Refund
from payments.services import decisions
from payments.services.checkout.verify import verify_payment
from payments.services.decision_entries import sections
from payments.services.decisions import SHOWN
from payments.services.provider_refunds.send import send_refund
from payments.services.refunds.approve import approve_refund, pay_out_refund
from payments.services.refunds.owed import bookings_to_look_at
from payments.services.refunds.propose import propose_for_booking
from tests.desk import desk
from tests.factories import NOW, clerk, make_booking, make_departure, make_user
from tests.payments.refunds import ask, begun_at, paid_at, paid_by_hand
from tests.provider import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PAGE = "/admin/payments/payment/decisions/"
LATER = NOW + timedelta(days=1)


def listed(now: datetime = LATER) -> dict[str, list[tuple[str, str]]]:
    return {s.title: [(str(d.row), d.what) for d in s.decisions] for s in sections(now=now)}


def cancel(booking: Booking) -> None:
    transitions.cancel_bookings(booking_ids=[booking.pk], reason="Ill", actor=clerk(), now=NOW + timedelta(minutes=1))


def test_nothing_is_said_so() -> None:
    paid_by_hand()
    assert listed() == {}
    assert "Nothing needs a decision." in desk().get(PAGE).content.decode()


def test_a_payment_in_review_is_listed_until_it_is_decided(live: Provider) -> None:
    payment = begun_at(live)
    live.pay(payment.tx_ref, amount=1)
    verify_payment(payment_id=payment.pk, source="webhook", actor=SYSTEM, now=NOW)
    what = "Paid at the provider, but the amount is 1.00, not 2000.00."
    assert listed() == {"Payments in review": [(payment.tx_ref, what)]}
    text = desk("payments.review_payment").get(PAGE).content.decode()
    assert "act/apply-review/" in text
    assert "act/reject-review/" in text
    assert "act/apply-review/" not in desk().get(PAGE).content.decode()


def test_money_on_a_cancelled_booking_is_listed_with_its_ways_out() -> None:
    payment = paid_by_hand(make_booking(departure=make_departure(starts_in=timedelta(days=40))))
    cancel(payment.booking)
    why = "Cancelled 40 days before it leaves: the trip's terms give back 100 %."
    assert listed() == {"Money on cancelled and expired bookings": [(payment.booking.reference, why)]}
    text = desk("bookings.reinstate_booking", "payments.refund_payment").get(PAGE).content.decode()
    assert f"/admin/bookings/booking/act/bring-back/?ids={payment.booking_id}" in text
    assert f"/admin/payments/payment/act/refund/?ids={payment.pk}" in text
    Refund.objects.create(  # on its way
        payment=payment, way="provider", amount=2000, status="processing", requested_by_label="x", created_at=NOW
    )
    assert listed() == {}


def test_what_the_terms_let_us_keep_is_no_decision() -> None:
    cancel(paid_by_hand(make_booking(departure=make_departure(starts_in=timedelta(days=3)))).booking)
    assert listed() == {}


def test_money_owed_is_seen_behind_much_that_the_terms_let_us_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "SHOWN", 2)
    near = make_departure(starts_in=timedelta(days=3), capacity=50)
    for _ in range(5):
        cancel(paid_by_hand(make_booking(departure=near)).booking)
    owed = paid_by_hand(make_booking(departure=make_departure(starts_in=timedelta(days=40)))).booking
    cancel(owed)
    [section] = sections(now=LATER)
    assert ([str(decision.row) for decision in section.decisions], section.more) == ([owed.reference], False)


def test_what_was_kept_costs_nothing_once_it_was_seen() -> None:
    near = make_departure(starts_in=timedelta(days=3), capacity=50)
    counts = []
    for number in (1, 9):
        for _ in range(number):
            cancel(paid_by_hand(make_booking(departure=near)).booking)
        with CaptureQueriesContext(connection) as queries:
            assert sections(now=NOW + timedelta(days=20)) == []
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(("days", "back", "owed"), [(20, "0", True), (20, "999.99", True), (20, "1000.00", False)])
def test_what_is_still_owed_is_told_by_a_narrow_look_as_by_the_proposal(days: int, back: str, owed: bool) -> None:
    payment = paid_by_hand(make_booking(departure=make_departure(starts_in=timedelta(days=days))))
    cancel(payment.booking)
    if back != "0":
        ask(payment, back)
    booking = Booking.objects.get()
    assert (propose_for_booking(booking=booking, now=LATER).amount > 0) == owed
    assert (list(bookings_to_look_at()) == [booking.pk]) == owed


def test_late_money_is_listed_however_the_terms_are() -> None:
    payment = paid_by_hand(make_booking(departure=make_departure(starts_in=timedelta(days=3))))
    cancel(payment.booking)
    Payment.objects.update(received_at=NOW + timedelta(hours=1))
    assert len(listed(NOW + timedelta(days=99))["Money on cancelled and expired bookings"]) == 1


def test_too_much_paid_is_listed_until_its_refund_is_on_the_way() -> None:
    payment = paid_by_hand()
    Booking.objects.update(total=Decimal("1700.00"))
    [section] = sections(now=LATER)
    assert (section.title, section.decisions[0].amount) == ("Paid too much", Decimal("300.00"))
    ask(payment, "300.00")
    assert listed() == {}


def test_refunds_wait_for_approval_then_for_paying_out(settings: Settings) -> None:
    settings.REFUND_APPROVAL_LIMITS = {}
    refund = ask(paid_by_hand())
    assert listed() == {"Refunds to approve": [(str(refund), "Ill")]}
    assert "act/approve/" in desk("payments.view_refund", "payments.approve_refund").get(PAGE).content.decode()
    approve_refund(refund_id=refund.pk, actor=clerk(), now=NOW)
    assert listed() == {"Refunds to pay out": [(str(refund), "Ill")]}
    pay_out_refund(refund_id=refund.pk, actor=clerk(), now=NOW)
    assert listed() == {}


def test_an_unclear_refund_is_listed_and_a_failed_one_until_another_is_made(live: Provider) -> None:
    payment = paid_at(live)
    live.tell("refund", "error500", times=1)
    refund = ask(payment, way="provider")
    send_refund(refund_id=refund.pk, now=NOW)
    assert list(listed()) == ["Refunds that are unclear"]
    Refund.objects.update(status="failed")
    assert list(listed()) == ["Refunds that failed"]
    live.tell("refund", "answer", code=400, body={"message": "Insufficient balance", "status": "failed"})
    second = ask(payment, way="provider")
    send_refund(refund_id=second.pk, now=NOW)
    assert [name for name, _why in listed()["Refunds that failed"]] == [str(refund), str(second)]
    ask(payment, way="cash")
    assert listed() == {}


def test_money_that_the_bank_took_back_is_listed_while_the_booking_lives(live: Provider) -> None:
    payment = paid_at(live)
    live.mark(payment.tx_ref, "reversed")
    verify_payment(payment_id=payment.pk, source="webhook", actor=SYSTEM, now=NOW)
    assert list(listed()) == ["Money that was taken back"]
    cancel(payment.booking)
    assert listed() == {}


def test_a_provider_that_doesn_t_answer_is_listed_with_what_it_said(live: Provider) -> None:
    payment = begun_at(live)
    live.tell("verify", "answer", code=400, body={"message": "Try another day", "status": "failed"})
    Payment.objects.update(next_check_at=NOW)
    verify_payment(payment_id=payment.pk, source="poll", actor=SYSTEM, now=NOW + timedelta(hours=2))
    assert listed(NOW + timedelta(minutes=30)) == {}
    [(name, what)] = listed()["The provider doesn't answer"]
    assert name == payment.tx_ref
    assert "Try another day" in what


def test_events_that_fit_nothing_are_for_who_may_see_the_inbox() -> None:
    ProviderEvent.objects.create(
        provider="chapa", dedupe_key="1", tx_ref="X-1", status="unmatched", last_error="No payment.", received_at=NOW
    )
    assert listed() == {"Events that fit nothing": [(str(ProviderEvent.objects.get()), "X-1: No payment.")]}
    ProviderEvent.objects.update(received_at=timezone.now())
    assert "X-1" in desk("payments.view_providerevent").get(PAGE).content.decode()
    assert "X-1" not in desk().get(PAGE).content.decode()


def test_the_page_needs_the_permission_to_see_payments() -> None:
    client = desk()
    client.force_login(make_user("bookings.view_booking"))
    assert client.get(PAGE).status_code == 403
    assert reverse("admin:payments_payment_decisions") == PAGE


def test_the_page_is_bounded_and_costs_no_more_for_thirty_than_for_one(settings: Settings) -> None:
    settings.REFUND_APPROVAL_LIMITS = {}
    client = desk("payments.view_refund", "payments.approve_refund", "payments.refund_payment")
    departure = make_departure(starts_in=timedelta(days=40), capacity=500)
    counts = []
    for number in (1, 29):
        for _ in range(number):
            payment = paid_by_hand(make_booking(departure=departure))
            cancel(payment.booking)
            ask(paid_by_hand(make_booking(departure=departure)))
            Booking.objects.filter(payments=paid_by_hand(make_booking(departure=departure))).update(total=1)
        client.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    Refund.objects.bulk_create(
        Refund(payment=payment, amount=1, reason="x", requested_by_label="x", created_at=NOW) for _ in range(SHOWN)
    )
    [section] = [s for s in sections(now=LATER) if s.title == "Refunds to approve"]
    assert (len(section.decisions), section.more) == (SHOWN, True)
