"""The lines of a price: they add up whatever happens, and a person may add one with a reason."""

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from bookings.actors import Actor, staff
from bookings.books import breaches
from bookings.models import Booking, BookingLine
from bookings.services.lines import mend_lines
from bookings.services.moving import reschedule_bookings
from bookings.services.party_size import change_party_size
from bookings.services.price import adjust_price
from bookings.timeline import sentence
from notifications.models import Message
from notifications.refusals import Refused
from payments.services.decision_entries import sections
from payments.services.decisions import Kind
from tests.desk import act_url, booked, desk, press, said
from tests.factories import NOW, clerk, make_booking, make_departure, make_message, make_user
from tests.payments.refunds import paid_by_hand

pytestmark = pytest.mark.django_db
MANAGER = ("bookings.adjust_price_booking", "bookings.adjust_price_freely_booking")


def lines(booking: Booking) -> list[tuple[str, int, Decimal, Decimal]]:
    rows = booking.lines.values_list("kind", "quantity", "unit_price", "amount")
    return list(rows)


def adjusted(booking: Booking, amount: str, *, actor: Actor | None = None, reason: str = "Loyal guest") -> Booking:
    actor = actor or staff(make_user(*MANAGER))
    return adjust_price(booking_id=booking.pk, amount=Decimal(amount), reason=reason, actor=actor, now=NOW)


def refused(booking: Booking, amount: str, actor: Actor | None = None) -> str:
    with pytest.raises(Refused) as caught:
        adjusted(booking, amount, actor=actor)
    return str(caught.value.detail)


def test_a_new_booking_has_a_line_for_its_seats() -> None:
    booking = make_booking(party_size=3)
    assert lines(booking) == [("seat", 3, Decimal(1000), Decimal(3000))]
    assert list(breaches()) == []


def test_another_party_size_changes_the_seats_and_keeps_the_other_lines() -> None:
    booking = adjusted(make_booking(party_size=3), "-250.50")
    change_party_size(booking_id=booking.pk, party_size=2, actor=clerk(), now=NOW)
    booking.refresh_from_db()
    assert lines(booking) == [
        ("seat", 2, Decimal(1000), Decimal(2000)),
        ("adjustment", 1, Decimal("-250.50"), Decimal("-250.50")),
    ]
    assert (booking.total, booking.deposit_due) == (Decimal("1749.50"), Decimal("524.85"))
    assert list(breaches()) == []


def test_a_move_keeps_the_lines() -> None:
    booking = adjusted(make_booking(), "100")
    other = make_departure(price=Decimal(9000))
    reschedule_bookings(booking_ids=[booking.pk], departure_id=other.pk, actor=clerk(), now=NOW).single()
    assert list(breaches()) == []


def test_an_adjustment_stands_on_the_timeline_with_its_reason() -> None:
    booking = adjusted(make_booking(), "-300")
    booking.refresh_from_db()
    assert (booking.total, booking.deposit_due, booking.balance) == (Decimal(1700), Decimal(510), Decimal(1700))
    event = booking.events.get(kind="price_adjusted")
    assert sentence(event) == "ETB 300.00 less, now ETB 1,700.00: Loyal guest"
    assert not Message.objects.filter(kind="booking_changed").exists()


def test_a_price_that_is_paid_by_now_confirms_and_ends_reminders() -> None:
    booking = make_booking()
    paid_by_hand(booking, "400.00")
    reminder = make_message(kind="payment_reminder", topic=booking.topic, status=Message.Status.QUEUED)
    adjusted(booking, "-1600")
    booking.refresh_from_db()
    reminder.refresh_from_db()
    assert (booking.status, booking.balance, reminder.status) == ("confirmed", Decimal(0), "withdrawn")
    assert list(breaches()) == []


def test_what_is_paid_beyond_the_new_price_waits_for_a_decision() -> None:
    booking = make_booking()
    paid_by_hand(booking, "2000.00")
    adjusted(booking, "-500")
    assert [section.topic.kind for section in sections(now=NOW)] == [Kind.OVERPAID]


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "Give an amount with at most two decimals; below zero it lowers the price."),
        ("0.001", "Give an amount with at most two decimals; below zero it lowers the price."),
        ("NaN", "Give an amount with at most two decimals; below zero it lowers the price."),
        ("1e30", "Give an amount with at most two decimals; below zero it lowers the price."),
        ("-2000.01", "The price of {} would be below zero."),
        ("9999999999.99", "The price of {} would be larger than any amount that can be kept."),
    ],
)
def test_an_amount_that_makes_no_sense_is_refused(amount: str, words: str) -> None:
    booking = make_booking()
    assert refused(booking, amount) == words.format(booking.reference)
    assert booking.lines.count() == 1


def test_a_clerk_stays_within_the_limit_with_all_adjustments_together() -> None:
    booking, actor = make_booking(), staff(make_user("bookings.adjust_price_booking"))
    adjusted(booking, "-300", actor=actor)
    assert refused(booking, "-100.01", actor) == (
        f"Adjustments of {booking.reference} may be ETB 400.00 at most, up or down; a manager may go further."
    )
    adjusted(booking, "-100", actor=actor)
    adjusted(booking, "-600")


def test_a_smaller_party_never_has_a_price_below_zero() -> None:
    booking = adjusted(make_booking(party_size=3), "-2500")
    with pytest.raises(Refused, match="below zero"):
        change_party_size(booking_id=booking.pk, party_size=2, actor=clerk(), now=NOW)
    booking.refresh_from_db()
    assert (booking.party_size, booking.total) == (3, Decimal(500))


def test_a_cancelled_booking_keeps_its_price() -> None:
    booking = make_booking()
    Booking.objects.filter(pk=booking.pk).update(status="cancelled", cancel_reason="Ill")
    assert "can't be given another price" in refused(booking, "5")


def test_what_the_release_before_made_and_changed_is_mended() -> None:
    """It knows no lines: its bookings have none, and the party that it changes leaves the line as it was."""
    made, changed, right = make_booking(), adjusted(make_booking(), "-200"), make_booking()
    made.lines.all().delete()
    Booking.objects.filter(pk=changed.pk).update(party_size=3, total=Decimal(3000))
    kept = lines(right)
    assert len(list(breaches())) >= 2
    call_command("setup", verbosity=0)
    assert lines(made) == [("seat", 2, Decimal(1000), Decimal(2000))]
    assert [(kind, amount) for kind, _quantity, _unit, amount in lines(changed)] == [
        ("adjustment", Decimal(-200)),
        ("seat", Decimal(3000)),
        ("adjustment", Decimal(200)),
    ]
    assert lines(right) == kept
    assert mend_lines() == 0


def test_the_button_asks_and_writes() -> None:
    booking = booked()
    wish = {"amount": "-100", "reason": "Late bus", "seen": "2000.00"}
    for answer in (
        f"{booking.reference} has its new price.",
        f"The price of {booking.reference} is ETB 1,900.00 by now. Look at it again before you change it.",
    ):
        assert said(press(desk("bookings.adjust_price_booking"), "adjust-price", booking, **wish)) == [answer]
    page = desk("bookings.adjust_price_booking").get(f"/admin/bookings/booking/{booking.pk}/change/").content.decode()
    assert "Late bus" in page
    assert desk().get(act_url("adjust-price", booking), {"ids": booking.pk}).status_code == 403


def test_cents_add_up_where_the_database_multiplies_floats() -> None:
    booking = make_booking(departure=make_departure(price=Decimal("33.33")), party_size=3)
    assert lines(booking) == [("seat", 3, Decimal("33.33"), Decimal("99.99"))]


def test_many_cents_add_up_where_the_database_adds_floats() -> None:
    booking = make_booking(departure=make_departure(price=Decimal("0.10")), party_size=1)
    for _ in range(7):
        adjusted(booking, "0.20")
    assert list(breaches()) == []
    assert mend_lines() == 0


def test_a_line_that_doesn_t_add_up_is_refused_by_the_database() -> None:
    booking = make_booking()
    with pytest.raises(IntegrityError, match="line_adds_up"), transaction.atomic():
        BookingLine.objects.filter(booking=booking).update(amount=1)


def moved(*bookings: Booking, price: str, new_price: bool = True) -> None:
    other = make_departure(price=Decimal(price), capacity=100)
    ids = [booking.pk for booking in bookings]
    outcome = reschedule_bookings(booking_ids=ids, departure_id=other.pk, new_price=new_price, actor=clerk(), now=NOW)
    assert len(outcome.done) == len(bookings)
    for booking in bookings:
        booking.refresh_from_db()


def test_a_move_at_the_new_price_changes_the_seats_and_keeps_the_other_lines() -> None:
    booking = adjusted(make_booking(), "-300")
    moved(booking, price="1200")
    assert lines(booking) == [
        ("seat", 2, Decimal(1200), Decimal(2400)),
        ("adjustment", 1, Decimal(-300), Decimal(-300)),
    ]
    assert (booking.unit_price, booking.total, booking.deposit_due) == (Decimal(1200), Decimal(2100), Decimal(630))
    told = [sentence(event) for event in booking.events.filter(kind="price_adjusted")]
    assert told[-1] == "ETB 400.00 more, now ETB 2,100.00: The new departure's price"
    assert list(breaches()) == []


def test_a_cheaper_departure_confirms_what_its_deposit_is_covered_for() -> None:
    booking = make_booking()
    paid_by_hand(booking, "400.00")
    moved(booking, price="500")
    assert (booking.status, booking.total, booking.deposit_due) == ("confirmed", Decimal(1000), Decimal(300))
    assert list(breaches()) == []


def test_thirty_moves_at_the_new_price_take_as_many_statements_as_three() -> None:
    def statements(count: int) -> int:
        bookings = [make_booking(departure=make_departure(capacity=9)) for _ in range(count)]
        with CaptureQueriesContext(connection) as queries:
            moved(*bookings, price="1200")
        return len(queries) - count  # what the test itself looks up again

    assert statements(30) == statements(3)
