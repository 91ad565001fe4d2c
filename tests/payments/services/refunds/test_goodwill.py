"""A refund with which the price goes down, too: nothing of it is owed again, as long as it lives."""

from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from bookings.actors import staff
from bookings.books import breaches as booking_breaches
from bookings.models import Booking
from bookings.services.price import adjust_price
from bookings.services.transitions import cancel_bookings
from bookings.timeline import sentence
from notifications.refusals import Refused
from payments.books import breaches as payment_breaches
from payments.models import Payment
from payments.services.refunds.approve import approve_refund, pay_out_refund, turn_down_refund
from payments.services.refunds.request import request_refund
from tests.desk import booked, desk, press, said
from tests.factories import NOW, clerk, make_user
from tests.payments.refunds import ask, paid_by_hand

pytestmark = pytest.mark.django_db
MAY = ("payments.refund_payment", "bookings.adjust_price_booking", "bookings.adjust_price_freely_booking")


def goodwill(payment: Payment, amount: str = "300.00", **fields: Any) -> Any:
    wish = {"reason": "Late bus", "way": "cash", "lowers_price": True, "actor": staff(make_user(*MAY)), **fields}
    return request_refund(payment_id=payment.pk, amount=Decimal(amount), now=NOW, **wish)


def books() -> list[str]:
    return [*booking_breaches(), *payment_breaches()]


def paid_in_full() -> Payment:
    return paid_by_hand(amount="2000.00")


def test_the_customer_owes_nothing_afterwards() -> None:
    payment = paid_in_full()
    goodwill(payment)
    booking = Booking.objects.get()
    assert (booking.total, booking.paid, booking.balance) == (Decimal(1700), Decimal(1700), Decimal(0))
    assert [line.title for line in booking.lines.all()] == ["Adult", "Goodwill: Late bus"]
    told = [sentence(event) for event in booking.events.filter(kind="price_adjusted")]
    assert told == ["ETB 300.00 less, now ETB 1,700.00: Goodwill: Late bus"]
    assert books() == []


def test_without_it_the_amount_is_owed_again() -> None:
    ask(paid_in_full(), "300.00")
    assert Booking.objects.get().balance == Decimal(300)


def test_the_price_is_lower_while_another_person_has_to_approve(settings: Settings) -> None:
    settings.REFUND_APPROVAL_LIMITS = {"ETB": Decimal(100)}
    refund = goodwill(paid_in_full())
    booking = Booking.objects.get()
    assert (refund.status, booking.balance, booking.going_back) == ("requested", Decimal(0), Decimal(300))
    approve_refund(refund_id=refund.pk, actor=clerk(), now=NOW)
    pay_out_refund(refund_id=refund.pk, actor=clerk(), now=NOW)
    assert Booking.objects.get().balance == 0
    assert books() == []


def test_one_that_is_turned_down_brings_the_price_back(settings: Settings) -> None:
    settings.REFUND_APPROVAL_LIMITS = {"ETB": Decimal(100)}
    refund = goodwill(paid_in_full())
    turn_down_refund(refund_id=refund.pk, reason="No", actor=clerk(), now=NOW)
    booking = Booking.objects.get()
    assert (booking.total, booking.balance) == (Decimal(2000), Decimal(0))
    assert sum(line.amount for line in booking.lines.all()) == Decimal(2000)
    assert books() == []


def test_it_stays_within_the_limit_of_who_asks() -> None:
    payment, actor = paid_in_full(), staff(make_user("payments.refund_payment", "bookings.adjust_price_booking"))
    with pytest.raises(Refused, match=r"ETB 400\.00 at most"):
        goodwill(payment, "400.01", actor=actor)
    assert not payment.refunds.exists()
    adjust_price(booking_id=payment.booking_id, amount=Decimal(-400), reason="Late bus", actor=actor, now=NOW)


def test_a_cancelled_booking_has_no_price_to_lower() -> None:
    payment = paid_in_full()
    cancel_bookings(booking_ids=[payment.booking_id], reason="Ill", actor=clerk(), now=NOW)
    with pytest.raises(Refused, match="can't be given another price"):
        goodwill(payment)
    assert not payment.refunds.exists()


def test_the_form_asks_which_is_meant() -> None:
    payment = paid_by_hand(booked(), "2000.00")
    wish = {"amount": "300", "way": "cash", "reason": "Late bus", "creation_key": "k1", "seen": "0"}
    client = desk(*MAY)
    asked = press(client, "refund", payment, **wish)
    assert asked.context["form"].errors == {"price": ["ETB 300.00 would be owed again. Say which is meant."]}
    assert said(press(client, "refund", payment, **wish, price="lowered")) == [
        f"The refund of {payment.tx_ref} is recorded. It counts as paid out."
    ]
    assert Booking.objects.get().balance == 0


def test_what_is_beyond_the_price_goes_back_without_a_question() -> None:
    payment = paid_by_hand(booked(), "2000.00")
    actor = staff(make_user(*MAY))
    adjust_price(booking_id=payment.booking_id, amount=Decimal(-300), reason="Late bus", actor=actor, now=NOW)
    wish = {"amount": "300", "way": "cash", "reason": "Late bus", "creation_key": "k1", "seen": "0"}
    assert said(press(desk(*MAY), "refund", payment, **wish)) == [
        f"The refund of {payment.tx_ref} is recorded. It counts as paid out."
    ]


def test_who_may_not_adjust_prices_is_not_asked() -> None:
    payment = paid_by_hand(booked(), "2000.00")
    wish = {"amount": "300", "way": "cash", "reason": "Late bus", "creation_key": "k1", "seen": "0"}
    press(desk("payments.refund_payment"), "refund", payment, **wish, price="lowered")
    assert Booking.objects.get().balance == Decimal(300)
