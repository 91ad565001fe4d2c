"""What goes back when a booking ends: all that was paid beyond its price, and of the rest what the terms give."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.models import Booking
from bookings.services import departures, party_size, transitions
from payments.models import Payment
from payments.services.manual.void import void_payment
from payments.services.refunds.owed import bookings_to_look_at
from payments.services.refunds.propose import propose, propose_for_booking
from tests.factories import NOW, clerk, make_booking, make_departure, make_trip
from tests.payments.refunds import ask, paid_by_hand

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ENDED = NOW + timedelta(minutes=1)
HALF, NONE, ALL = 20, 3, 40  # days before the departure, by the usual terms


def shrunk(*amounts: str, days: int, price: str = "2000.00") -> list[Payment]:
    """Payments of a party of four that is one person now."""
    departure = make_departure(starts_in=timedelta(days=days), trip=make_trip(price=Decimal(price)))
    booking = make_booking(departure=departure, party_size=4)
    payments = [paid_by_hand(booking, amount) for amount in amounts]
    party_size.change_party_size(booking_id=booking.pk, party_size=1, actor=clerk(), now=NOW)
    return payments


def cancel() -> None:
    booking = Booking.objects.get()
    transitions.cancel_bookings(booking_ids=[booking.pk], reason="Ill", actor=clerk(), now=ENDED)


def proposed() -> tuple[Decimal, list[Decimal]]:
    """For the booking, and for each of its payments alone, the oldest first."""
    each = [propose(payment=payment, now=ENDED).amount for payment in Payment.objects.order_by("pk")]
    return propose_for_booking(booking=Booking.objects.get(), now=ENDED).amount, each


def pay_back_as_proposed() -> list[Decimal]:
    """Of one payment after the other, each when the one before is done."""
    done = []
    for payment in Payment.objects.order_by("pk"):
        amount = propose(payment=payment, now=ENDED).amount
        if amount:
            ask(payment, str(amount))
        done.append(amount)
    return done


@pytest.mark.parametrize(("days", "back"), [(HALF, "7000.00"), (NONE, "6000.00"), (ALL, "8000.00")])
def test_what_was_paid_too_much_goes_back_whole_whatever_the_terms_give(days: int, back: str) -> None:
    shrunk("8000.00", days=days)
    assert proposed() == (Decimal("6000.00"), [Decimal("6000.00")])  # while it lives
    cancel()
    assert proposed() == (Decimal(back), [Decimal(back)])
    assert list(bookings_to_look_at()) == [Booking.objects.get().pk]


@pytest.mark.parametrize(
    ("days", "gone", "back"),
    [(HALF, "1000", "6000.00"), (NONE, "6000", "0.00"), (NONE, "5999.99", "0.01"), (HALF, "7500", "0.00")],
)
def test_what_went_back_before_is_part_of_it(days: int, gone: str, back: str) -> None:
    [payment] = shrunk("8000.00", days=days)
    ask(payment, gone)
    cancel()
    assert proposed() == (Decimal(back), [Decimal(back)])
    seen = list(bookings_to_look_at())
    assert seen == ([Booking.objects.get().pk] if Decimal(back) else [])


def test_once_the_excess_is_on_its_way_the_terms_are_told() -> None:
    [payment] = shrunk("8000.00", days=HALF)
    ask(payment, "6000.00")
    proposal = propose(payment=Payment.objects.get(), now=ENDED)
    assert (proposal.amount, proposal.why) == (
        Decimal("1000.00"),
        "If it were cancelled now, 20 days before it leaves, the trip's terms would give back 50 %.",
    )


def test_a_voided_payment_is_no_money_that_came() -> None:
    wrong, _right = shrunk("3000.00", "5000.00", days=HALF)
    void_payment(payment_id=wrong.pk, reason="Twice", actor=clerk(), now=NOW)
    cancel()
    assert proposed() == (Decimal("4000.00"), [Decimal(0), Decimal("4000.00")])


@pytest.mark.slow
@pytest.mark.parametrize("days", [HALF, NONE, ALL])
@pytest.mark.parametrize("amounts", [("4000.00", "4000.00"), ("100.00", "500.00", "7400.00"), ("7999.99", "0.01")])
def test_payments_paid_back_one_by_one_add_up_to_the_booking(days: int, amounts: tuple[str, ...]) -> None:
    shrunk(*amounts, days=days)
    cancel()
    whole, _each = proposed()
    done = pay_back_as_proposed()
    assert sum(done) == whole
    assert all(back <= Decimal(came) for back, came in zip(done, amounts, strict=True))
    assert proposed()[0] == 0


@pytest.mark.parametrize(("price", "paid", "back"), [("33.33", "100.01", "83.35"), ("0.01", "0.03", "0.03")])
def test_half_a_cent_goes_to_the_customer(price: str, paid: str, back: str) -> None:
    shrunk(paid, days=HALF, price=price)
    cancel()
    assert proposed() == (Decimal(back), [Decimal(back)])


def test_less_than_the_price_has_no_excess() -> None:
    payment = paid_by_hand(make_booking(departure=make_departure(starts_in=timedelta(days=HALF))), "700.00")
    cancel()
    assert propose(payment=Payment.objects.get(pk=payment.pk), now=ENDED).amount == Decimal("350.00")


def test_late_money_goes_back_beside_the_excess() -> None:
    shrunk("6000.00", days=NONE)
    cancel()
    Booking.objects.update(total=Decimal("7000.00"))  # so that more can be taken
    late = paid_by_hand(Booking.objects.get(), "500.00")
    Booking.objects.update(total=Decimal("2000.00"))
    Payment.objects.filter(pk=late.pk).update(received_at=ENDED + timedelta(days=1))
    assert proposed() == (Decimal("4500.00"), [Decimal("4000.00"), Decimal("500.00")])


def test_a_departure_that_we_cancelled_gives_all_of_it_back() -> None:
    [payment] = shrunk("8000.00", days=NONE)
    ids = [payment.booking.departure_id]
    departures.cancel_departures(departure_ids=ids, reason="Road closed", actor=clerk(), now=NOW)
    assert proposed() == (Decimal("8000.00"), [Decimal("8000.00")])


def test_the_reason_names_the_excess() -> None:
    shrunk("8000.00", days=HALF)
    cancel()
    why = propose(payment=Payment.objects.get(), now=ENDED).why
    assert why == (
        "Cancelled 20 days before it leaves: the trip's terms give back 50 % of its price, ETB 2,000.00."
        " What was paid beyond it, ETB 6,000.00, goes back in full."
    )
