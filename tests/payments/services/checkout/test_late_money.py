"""Money that comes late, twice or for a booking that is gone: it is kept, and takes no seats."""

from decimal import Decimal

import pytest

from bookings.models import Booking, Departure
from bookings.services.transitions import cancel_bookings, expire_holds
from payments import books
from payments.models import Payment
from payments.services.manual.entry import ManualPayment
from payments.services.manual.record import record_payments
from tests.attempts import DEPOSIT, ask, begin, later, mails, now_is, poll, story
from tests.factories import clerk, make_booking, make_departure
from tests.provider import Provider

pytestmark = pytest.mark.django_db


def seats_taken(payment: Payment) -> int:
    return Departure.objects.get(pk=payment.booking.departure_id).seats_taken


def expired(provider: Provider, departure: Departure | None = None) -> Payment:
    """A payment whose link is over, of a booking whose hold is over."""
    payment = begin(make_booking(departure=departure or make_departure()))
    poll(61)
    hold_over = Booking.objects.get(pk=payment.booking_id).hold_expires_at
    assert hold_over is not None
    expire_holds(now=hold_over)
    assert now_is(payment)[:2] == ("expired", "expired")
    return payment


def test_success_after_expired_is_real(provider: Provider) -> None:
    payment = begin()
    poll(61)
    assert now_is(payment)[0] == "expired"
    provider.pay(payment.tx_ref)
    ask(payment, minutes=90, source="webhook")
    assert now_is(payment) == ("succeeded", "confirmed", DEPOSIT)
    assert mails(payment) == [("payment_failure", "withdrawn"), ("payment_confirmation", "queued")]
    assert story(payment) == ["payment_started", "payment_expired", "payment_received", "confirmed"]


@pytest.mark.parametrize("sold_out", [False, True])
def test_money_for_an_expired_booking_is_kept_and_takes_no_seat(provider: Provider, sold_out: bool) -> None:
    departure = make_departure(capacity=2)
    payment = expired(provider, departure)
    if sold_out:
        make_booking(departure=departure)
    provider.pay(payment.tx_ref)
    ask(payment, minutes=3000, source="webhook")
    assert now_is(payment) == ("succeeded", "expired", DEPOSIT)
    assert seats_taken(payment) == (2 if sold_out else 0)
    assert mails(payment)[-1] == ("payment_confirmation", "queued")


def test_money_for_a_cancelled_booking_is_kept_and_takes_no_seat(provider: Provider) -> None:
    payment = begin()
    provider.pay(payment.tx_ref)
    cancel_bookings(booking_ids=[payment.booking_id], reason="Ill", actor=clerk(), now=later(1))
    poll(2)
    assert now_is(payment) == ("succeeded", "cancelled", DEPOSIT)
    assert seats_taken(payment) == 0


def test_money_beside_cash_is_kept_though_it_is_too_much(provider: Provider) -> None:
    booking = make_booking()
    payment = begin(booking, amount=booking.total)
    cash = ManualPayment(method="cash", amount=booking.total)
    record_payments(booking_ids=[booking.pk], money=cash, actor=clerk(), now=later(1))
    provider.pay(payment.tx_ref)
    poll(2)
    booking.refresh_from_db()
    assert (now_is(payment)[0], booking.paid, booking.balance) == ("succeeded", Decimal(4000), Decimal(-2000))


def test_a_link_for_more_than_is_owed_by_now_is_ended(provider: Provider) -> None:
    booking = make_booking()
    payment = begin(booking, amount=booking.total)
    cash = ManualPayment(method="cash", amount=Decimal(100))
    record_payments(booking_ids=[booking.pk], money=cash, actor=clerk(), now=later(1))
    poll(2)
    assert (now_is(payment)[0], provider.book.txs[payment.tx_ref].link_over) == ("expired", True)


def test_two_links_that_were_both_paid_are_both_kept(provider: Provider) -> None:
    booking = make_booking()
    first = begin(booking)
    second = begin(booking, minutes=55)
    for payment in (first, second):
        provider.pay(payment.tx_ref)
        ask(payment, minutes=56, source="webhook")
    assert [now_is(payment)[0] for payment in (first, second)] == ["succeeded", "succeeded"]
    assert now_is(first)[2] == 2 * DEPOSIT
    assert list(books.breaches()) == []
