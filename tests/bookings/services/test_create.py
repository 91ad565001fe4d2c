from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.models import Booking
from bookings.refusals.seats import SoldOut
from bookings.services.create import TravellerData
from notifications.models import Message
from notifications.refusals import Refused
from tests.factories import NOW, make_booking, make_departure, make_trip

pytestmark = pytest.mark.django_db


def test_a_booking_takes_seats_sets_the_hold_and_queues_its_mail() -> None:
    departure = make_departure(trip=make_trip(hold_hours=24, price=Decimal("1000.00")))
    booking = make_booking(departure=departure, party_size=3, travellers=[TravellerData("አበበ")])
    booking.refresh_from_db()
    departure.refresh_from_db()
    assert departure.seats_taken == 3
    assert (booking.status, booking.total, booking.deposit_due) == ("pending", Decimal("3000.00"), Decimal("900.00"))
    assert booking.hold_expires_at == NOW + timedelta(hours=24)
    assert list(booking.events.values_list("kind", "from_status", "to_status", "actor_label")) == [
        ("created", "", "pending", "Test")
    ]
    message = Message.objects.get()
    assert (message.kind, message.topic, message.status) == ("booking_confirmation", booking.topic, "queued")
    assert message.context["travellers"] == ["አበበ"]
    assert message.context["total"] == "3000.00"


def test_a_hold_never_outlasts_the_start() -> None:
    departure = make_departure(starts_in=timedelta(hours=5))
    assert make_booking(departure=departure).hold_expires_at == departure.starts_at


@pytest.mark.parametrize(("deposit", "due"), [(("none", 30), 0), (("fixed", 250), 500), (("fixed", 5000), 2000)])
def test_deposit_follows_the_trip(deposit: tuple[str, int], due: int) -> None:
    trip = make_trip(deposit_type=deposit[0], deposit_value=Decimal(deposit[1]))
    assert make_booking(departure=make_departure(trip=trip)).deposit_due == Decimal(due)


def test_sold_out_is_refused_and_leaves_nothing() -> None:
    departure = make_departure(capacity=3, seats_taken=0)
    make_booking(departure=departure, party_size=2)
    with pytest.raises(SoldOut) as refusal:
        make_booking(departure=departure, party_size=2)
    assert refusal.value.extra == {"seats_left": 1}
    assert str(refusal.value) == "Only 1 seat left on this departure."
    assert (Booking.objects.count(), Message.objects.count()) == (1, 1)


@pytest.mark.parametrize("status", ["draft", "closed", "cancelled", "completed"])
def test_only_open_departures_take_bookings(status: str) -> None:
    with pytest.raises(Refused) as refusal:
        make_booking(departure=make_departure(status=status))
    assert refusal.value.code == "not_open"


def test_a_departure_that_left_takes_no_bookings() -> None:
    with pytest.raises(Refused) as refusal:
        make_booking(departure=make_departure(starts_in=timedelta(hours=-2)))
    assert refusal.value.code == "departed"


@pytest.mark.parametrize("party_size", [0, -1, 501])
def test_a_party_has_a_size(party_size: int) -> None:
    with pytest.raises(Refused) as refusal:
        make_booking(party_size=party_size)
    assert refusal.value.code == "party_size"


def test_more_travellers_than_the_party_are_refused() -> None:
    with pytest.raises(Refused) as refusal:
        make_booking(party_size=1, travellers=[TravellerData("A"), TravellerData("B")])
    assert refusal.value.code == "travellers"


def test_one_creation_key_makes_one_booking() -> None:
    departure = make_departure()
    first = make_booking(departure=departure, creation_key="form-1")
    second = make_booking(departure=departure, creation_key="form-1")
    departure.refresh_from_db()
    assert (first.pk, departure.seats_taken, Message.objects.count()) == (second.pk, 2, 1)


def test_the_waiting_list_takes_no_seats() -> None:
    departure = make_departure(capacity=1)
    booking = make_booking(departure=departure, party_size=2, waitlist=True)
    departure.refresh_from_db()
    assert (departure.seats_taken, booking.status, booking.hold_expires_at) == (0, "waitlisted", None)
    assert Message.objects.get().kind == "booking_waitlisted"


def test_where_nothing_is_due_in_advance_the_booking_is_confirmed_at_once() -> None:
    trip = make_trip(deposit_type="none", deposit_value=Decimal(0))
    booking = make_booking(departure=make_departure(trip=trip))
    booking.refresh_from_db()
    assert (booking.status, booking.hold_expires_at) == ("confirmed", None)
    assert list(booking.events.values_list("from_status", "to_status")) == [("", "pending"), ("pending", "confirmed")]
    message = Message.objects.get()
    assert (message.kind, message.context["status"], message.context["hold_until"]) == (
        "booking_confirmation",
        "confirmed",
        "",
    )


def test_a_party_whose_total_no_money_column_holds_is_refused() -> None:
    trip = make_trip(price=Decimal("9999999999.00"))
    with pytest.raises(Refused) as refusal:
        make_booking(departure=make_departure(trip=trip))
    assert refusal.value.code == "party_size"
