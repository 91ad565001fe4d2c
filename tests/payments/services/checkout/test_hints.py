"""Unsigned hints make us ask; they keep no seats, whatever comes of the question."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from bookings.models import Booking
from bookings.services.transitions import expire_holds
from payments import books
from payments.models import Payment
from payments.services.checkout import hints
from payments.services.manual.entry import ManualPayment
from payments.services.manual.record import record_payments
from tests.attempts import ask, begin, later, now_is, poll
from tests.factories import clerk, make_booking
from tests.provider import Provider

pytestmark = pytest.mark.django_db


def hint(payment: Payment, minutes: float) -> None:
    payment_id = hints.note_hint(tx_ref=payment.tx_ref, now=later(minutes))
    if payment_id is not None:
        hints.verify_hinted(payment_id=payment_id, now=later(minutes))


def test_a_hint_just_after_the_links_hour_closes_it_as_the_sweep_would(provider: Provider) -> None:
    payment = begin()
    Booking.objects.update(hold_expires_at=later(60))
    hint(payment, 60.5)
    assert (now_is(payment)[0], expire_holds(now=later(61))) == ("expired", 1)
    assert provider.book.txs[payment.tx_ref].link_over


def test_a_hint_ends_no_order_that_is_being_made(provider: Provider) -> None:
    payment = begin()
    Payment.objects.update(status="created")
    hint(payment, 1)
    assert provider.count("cancel") == 0


def test_a_hint_about_a_closed_payment_keeps_no_hold_though_nobody_answers(provider: Provider) -> None:
    payment = begin()
    poll(61)
    provider.down()
    hint(payment, 90)
    assert provider.count("verify") == 1  # by the sweep
    payment.refresh_from_db()
    assert (payment.status, payment.next_check_at, list(books.breaches())) == ("expired", None, [])
    assert not Booking.objects.get().payment_open


def test_a_hint_finds_late_money(provider: Provider) -> None:
    payment = begin()
    poll(61)
    provider.pay(payment.tx_ref)
    hint(payment, 90)
    assert now_is(payment)[:2] == ("succeeded", "confirmed")


def test_a_failed_link_of_a_booking_that_was_paid_in_cash_is_ended_by_the_sweep(provider: Provider) -> None:
    booking = make_booking()
    payment = begin(booking)
    provider.mark(payment.tx_ref, "failed")
    ask(payment)
    cash = ManualPayment(method="cash", amount=booking.total)
    record_payments(booking_ids=[booking.pk], money=cash, actor=clerk(), now=later(2))
    poll(6)
    payment.refresh_from_db()
    assert (payment.status, payment.next_check_at) == ("failed", None)
    assert provider.book.txs[payment.tx_ref].link_over


def test_payments_whose_provider_is_not_set_up_hold_up_no_others(provider: Provider, settings: Settings) -> None:
    key, settings.CHAPA_SECRET_KEY = settings.CHAPA_SECRET_KEY, ""
    for _ in range(4):
        begin()
    Payment.objects.update(next_check_at=later(2) - timedelta(seconds=1))
    settings.CHAPA_SECRET_KEY = key
    payment = begin()
    provider.pay(payment.tx_ref)
    assert poll(2) == {"asked": 5, "moved": 1}
