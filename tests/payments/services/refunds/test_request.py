"""Refunds at the desk: proposed, asked for, approved by a second person, paid out by hand, turned down."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from bookings.actors import SYSTEM, staff
from bookings.models import Booking
from bookings.services import departures, transitions
from bookings.services.cancellation import percent_back
from bookings.timeline import sentence
from config.management.commands.check_books import all_breaches
from notifications.refusals import Refused
from payments.models import Payment, Refund
from payments.services.manual.void import void_payment
from payments.services.refunds.approve import approve_refund, pay_out_refund, turn_down_refund
from payments.services.refunds.propose import propose, propose_for_booking
from payments.services.refunds.request import request_refund
from tests.factories import NOW, clerk, make_booking, make_departure, make_user
from tests.payments.refunds import ask, paid_by_hand, refund_mails, state

pytestmark = pytest.mark.django_db


def refused(code: str, payment: Payment, amount: str = "500.00", **fields: str) -> None:
    with pytest.raises(Refused) as refusal:
        ask(payment, amount, **fields)  # type: ignore[arg-type]
    assert refusal.value.code == code


def test_a_small_refund_by_hand_is_paid_at_once_and_told_once() -> None:
    payment, by = paid_by_hand(), make_user()
    refund = ask(payment, by=by)
    assert state(refund) == ("succeeded", Decimal("1500.00"))
    assert (refund.succeeded_at, refund.approved_by, refund.requested_by_label) == (NOW, None, staff(by).label)
    assert refund_mails() == [("queued", "500.00", "")]
    event = payment.booking.events.get(kind="refunded")
    assert sentence(event) == f"{payment.tx_ref}: ETB 500.00 paid back (Cash): Ill"
    payment.refresh_from_db()
    assert (payment.status, payment.amount) == ("succeeded", Decimal("2000.00"))
    assert list(all_breaches()) == []


def test_no_more_goes_back_than_came() -> None:
    payment = paid_by_hand()
    ask(payment, "1500.00")
    refused("too_much", payment, "500.01")
    ask(payment, "500.00")
    refused("too_much", payment, "0.01")
    assert Booking.objects.get().paid == 0
    assert list(all_breaches()) == []


@pytest.mark.parametrize("amount", ["0", "-1", "0.001", "NaN", "Infinity"])
def test_a_wrong_amount_is_refused(amount: str) -> None:
    refused("amount", paid_by_hand(), amount)
    assert Refund.objects.count() == 0


def test_a_refund_needs_a_person_a_reason_a_way_and_money_that_came() -> None:
    payment = paid_by_hand()
    for actor, reason, code in ((SYSTEM, "Ill", "no_person"), (clerk(), "  ", "reason_missing")):
        with pytest.raises(Refused) as refusal:
            request_refund(payment_id=payment.pk, amount=Decimal(1), reason=reason, way="cash", actor=actor, now=NOW)
        assert refusal.value.code == code
    refused("way", payment, way="pigeon")
    refused("way", payment, way="provider")
    Payment.objects.update(status="pending")
    refused("wrong_status", payment)
    assert Refund.objects.count() == 0


def test_the_form_sent_twice_pays_back_once() -> None:
    payment = paid_by_hand()
    ask(payment, key="one-press")
    refused("already_recorded", payment, key="one-press")
    assert Booking.objects.get().paid == Decimal("1500.00")


def test_who_saw_fewer_refunds_than_there_are_looks_again() -> None:
    payment = paid_by_hand()
    ask(payment)
    with pytest.raises(Refused) as refusal:
        request_refund(
            payment_id=payment.pk, amount=Decimal(500), reason="Ill", way="cash", actor=clerk(), now=NOW, seen=0
        )
    assert refusal.value.code == "changed"
    assert Refund.objects.count() == 1


def test_above_the_limit_a_second_person_approves_and_the_first_cannot(settings: Settings) -> None:
    settings.REFUND_APPROVAL_LIMITS = {"ETB": Decimal(700)}
    payment, first, second = paid_by_hand(), make_user(), make_user()
    assert ask(payment, "700.00", by=first).status == "succeeded"
    refund = ask(payment, "0.01", by=first)  # all refunds of a booking count together
    assert state(refund) == ("requested", Decimal("1300.00"))
    with pytest.raises(Refused) as refusal:
        approve_refund(refund_id=refund.pk, actor=staff(first), now=NOW)
    assert refusal.value.code == "same_person"
    approve_refund(refund_id=refund.pk, actor=staff(second), now=NOW)
    assert state(refund) == ("approved", Decimal("1300.00"))
    assert (refund.approved_by, refund.approved_by_label) == (second, staff(second).label)
    with pytest.raises(Refused) as refusal:
        approve_refund(refund_id=refund.pk, actor=clerk(), now=NOW)
    assert refusal.value.code == "wrong_status"
    assert len(refund_mails()) == 1
    pay_out_refund(refund_id=refund.pk, actor=staff(first), now=NOW, external_reference=" ft 1 ")
    assert state(refund) == ("succeeded", Decimal("1299.99"))
    assert refund.external_reference == "FT 1"
    with pytest.raises(Refused):
        pay_out_refund(refund_id=refund.pk, actor=staff(first), now=NOW)
    assert refund_mails() == [("queued", "700.00", ""), ("queued", "0.01", "")]
    assert list(all_breaches()) == []


def test_the_database_knows_the_second_person_too() -> None:
    payment, first = paid_by_hand(), make_user()
    refund = ask(payment, by=first)
    with pytest.raises(IntegrityError), transaction.atomic():
        Refund.objects.filter(pk=refund.pk).update(approved_by=first)


def test_a_currency_without_a_limit_always_needs_a_second_person(settings: Settings) -> None:
    settings.REFUND_APPROVAL_LIMITS = {}
    assert ask(paid_by_hand(), "0.01").status == "requested"


def test_turned_down_it_frees_what_it_kept_apart_and_nobody_is_mailed(settings: Settings) -> None:
    settings.REFUND_APPROVAL_LIMITS = {}
    payment = paid_by_hand()
    refund = ask(payment, "2000.00")
    refused("too_much", payment, "0.01")
    turn_down_refund(refund_id=refund.pk, reason="Not agreed", actor=clerk(), now=NOW)
    assert state(refund) == ("failed", Decimal("2000.00"))
    assert refund.check_note == "Turned down: Not agreed"
    with pytest.raises(Refused):
        turn_down_refund(refund_id=refund.pk, reason="Not agreed", actor=clerk(), now=NOW)
    assert (ask(payment, "2000.00").status, refund_mails()) == ("requested", [])


def test_a_void_is_no_refund_that_could_be_approved() -> None:
    void = void_payment(payment_id=paid_by_hand().pk, reason="Wrong", actor=clerk(), now=NOW)
    with pytest.raises(Refused):
        turn_down_refund(refund_id=void.pk, reason="x", actor=clerk(), now=NOW)
    refused("too_much", void.payment, "0.01")


@pytest.mark.parametrize(
    ("tiers", "days", "percent"),
    [
        ("30:100, 14:50", 30, 100),
        ("30:100, 14:50", 29, 50),
        ("14:50,30:100", 31, 100),
        ("30:100, 14:50", 13, 0),
        ("30:100, 14:50", -1, 0),
        ("", 99, 0),
        ("0:25", 0, 25),
        ("0:25", -1, 0),
    ],
)
def test_the_highest_tier_that_is_reached_counts(tiers: str, days: int, percent: int) -> None:
    assert percent_back(tiers, days) == percent


def paid_on(days: int) -> Payment:
    return paid_by_hand(make_booking(departure=make_departure(starts_in=timedelta(days=days))))


def test_the_terms_at_the_moment_of_cancelling_are_proposed_not_those_of_today() -> None:
    payment = paid_on(20)
    ids = [payment.booking_id]
    transitions.cancel_bookings(booking_ids=ids, reason="Ill", actor=clerk(), now=NOW + timedelta(days=5))
    later = NOW + timedelta(days=12)
    proposal = propose(payment=Payment.objects.get(), now=later)
    assert (proposal.amount, proposal.why) == (
        Decimal("1000.00"),
        "Cancelled 15 days before it leaves: the trip's terms give back 50 %.",
    )
    ask(payment, "400.00")
    assert propose(payment=Payment.objects.get(), now=later).amount == Decimal("600.00")


def test_a_departure_that_we_cancelled_gives_everything_back() -> None:
    payment = paid_on(3)
    ids = [payment.booking.departure_id]
    departures.cancel_departures(departure_ids=ids, reason="Road closed", actor=clerk(), now=NOW)
    proposal = propose(payment=Payment.objects.get(), now=NOW)
    assert (proposal.amount, proposal.why) == (Decimal("2000.00"), "We cancelled the departure: the full amount.")


def test_a_live_booking_gives_back_the_excess_first() -> None:
    payment = paid_on(20)
    assert propose(payment=payment, now=NOW).amount == Decimal("1000.00")
    Booking.objects.update(total=Decimal("1700.00"))
    proposal = propose(payment=Payment.objects.get(), now=NOW)
    assert (proposal.amount, proposal.why) == (
        Decimal("300.00"),
        "More was paid than the booking costs: the excess.",
    )


def test_money_that_came_after_the_end_goes_back_whole() -> None:
    booking = make_booking()
    early = paid_by_hand(booking, "700.00")
    transitions.cancel_bookings(booking_ids=[booking.pk], reason="Ill", actor=clerk(), now=NOW + timedelta(seconds=1))
    late = paid_by_hand(booking, "300.00")
    Payment.objects.filter(pk=late.pk).update(received_at=NOW + timedelta(days=1))
    proposals = {p.pk: propose(payment=p, now=NOW).amount for p in Payment.objects.all()}
    assert proposals == {early.pk: Decimal(0), late.pk: Decimal("300.00")}
    assert propose_for_booking(booking=Booking.objects.get(), now=NOW).amount == Decimal("300.00")
