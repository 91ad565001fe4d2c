"""What staff may say of a trip's money."""

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from bookings.forms.trips import TripForm
from bookings.models import Trip
from tests.desk import departure_in, desk
from tests.factories import make_trip

pytestmark = pytest.mark.django_db


LESS = "The nearer the departure, the less is paid back, such as 30:100, 14:50."


def answers(**changes: Any) -> dict[str, Any]:
    fields = {
        "code": "TAN",
        "name": "Lake Tana",
        "destination": "Bahir Dar",
        "time_zone": "Africa/Addis_Ababa",
        "currency": "ETB",
        "price": "1000",
        "capacity": "12",
        "duration_hours": "10",
        "hold_hours": "48",
        "deposit_type": "percent",
        "deposit_value": "30",
        "balance_due_days": "14",
        "cancellation_tiers": "30:100, 14:50",
        "is_active": "on",
    }
    return fields | changes


def errors(**changes: Any) -> dict[str, list[str]]:
    return {name: [f"{problem}" for problem in found] for name, found in TripForm(answers(**changes)).errors.items()}


def test_a_trip_is_made_with_its_terms_in_one_spelling() -> None:
    client = desk("bookings.view_trip", "bookings.add_trip")
    form = answers(cancellation_tiers=" 7:25,30 :100,  14: 50", balance_due_days="0")
    assert client.post(reverse("admin:bookings_trip_add"), form).status_code == 302
    terms = Trip.objects.values_list("cancellation_tiers", "balance_due_days", "deposit_type", "deposit_value")
    assert list(terms) == [("30:100, 14:50, 7:25", 0, "percent", Decimal(30))]


def test_nothing_in_advance_needs_no_amount() -> None:
    form = TripForm(answers(deposit_type="none", deposit_value=""))
    assert form.is_valid()
    assert form.save().deposit_value == 0


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("deposit_value", "0", "Give a deposit above zero, or choose “Nothing in advance”."),
        ("deposit_value", "100.01", "A percentage is at most 100."),
        ("deposit_value", "", "This field is required."),
        ("balance_due_days", "366", "Give at most 365 days."),
        ("cancellation_tiers", "30=100", "Write days:percent, with commas between, such as 30:100, 14:50."),
        ("cancellation_tiers", "30:100,", "Write days:percent, with commas between, such as 30:100, 14:50."),
        ("cancellation_tiers", "30:101", "Write days:percent, with commas between, such as 30:100, 14:50."),
        ("cancellation_tiers", "30:100, 30:50", "Name each number of days once."),
        (
            "cancellation_tiers",
            "30:50, 14:100",
            "The nearer the departure, the less is paid back, such as 30:100, 14:50.",
        ),
    ],
)
def test_terms_that_make_no_sense_are_refused_at_their_field(field: str, value: str, problem: str) -> None:
    assert errors(**{field: value}) == {field: [problem]}


def test_a_fixed_deposit_is_no_more_than_the_price() -> None:
    assert errors(deposit_type="fixed", deposit_value="1000") == {}
    problem = "The deposit is more than the price of 1000.00 a person."
    assert errors(deposit_type="fixed", deposit_value="1000.01") == {"deposit_value": [problem]}


def test_blank_terms_pay_nothing_back() -> None:
    assert TripForm(answers(cancellation_tiers="  ")).save().cancellation_tiers == ""


def test_a_trip_with_departures_still_takes_new_terms() -> None:
    trip = make_trip()
    departure_in(3, trip=trip)
    form = answers(cancellation_tiers="10:80", deposit_type="fixed", deposit_value="250")
    response = desk("bookings.change_trip").post(reverse("admin:bookings_trip_change", args=[trip.pk]), form)
    assert response.status_code == 302
    trip.refresh_from_db()
    assert (trip.cancellation_tiers, trip.deposit_type, trip.deposit_value) == ("10:80", "fixed", Decimal(250))
