"""The form of a departure: what it takes from its trip, and what it keeps while people are booked."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking, Customer, Departure, Trip
from tests.desk import booked, departure_in, desk
from tests.factories import make_trip

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DEPARTURES = "/admin/bookings/departure/"


def page(row: Booking | Departure | Customer, name: str = "change") -> str:
    return reverse(f"admin:bookings_{row._meta.model_name}_{name}", args=[row.pk])  # noqa: SLF001


def departure_form(trip_id: int, **changes: Any) -> dict[str, Any]:
    blank = {"ends_at_0": "", "ends_at_1": "", "capacity": "", "price": "", "currency": ""}
    return {"trip": trip_id, "starts_at_0": "2031-03-01", "starts_at_1": "07:30", "min_travellers": 1} | blank | changes


def test_a_departure_left_blank_takes_what_its_trip_says() -> None:
    trip = make_trip(capacity=14, duration_hours=6, price=250, currency="USD")
    client = desk("bookings.add_departure", "bookings.view_trip")
    assert client.post(f"{DEPARTURES}add/", departure_form(trip.pk)).status_code == 302
    departure = Departure.objects.get()
    assert (departure.code, departure.capacity, departure.price, departure.currency) == (
        f"{trip.code}-20310301-0730",
        14,
        Decimal(250),
        "USD",
    )
    assert departure.ends_at - departure.starts_at == timedelta(hours=6)


def test_two_departures_of_an_hour_that_comes_twice_have_their_own_codes() -> None:
    trip = make_trip(code="ROM", time_zone="Europe/Rome")
    client = desk("bookings.add_departure", "bookings.view_trip")
    for clock in ("03:30", "04:30"):  # the office's; in Rome both are 02:30
        form = departure_form(trip.pk, starts_at_0="2028-10-29", starts_at_1=clock)
        assert client.post(f"{DEPARTURES}add/", form).status_code == 302
    codes = Departure.objects.order_by("starts_at").values_list("code", flat=True)
    assert list(codes) == ["ROM-20281029-0230", "ROM-20281029-0230-2"]


def test_a_departure_whose_code_another_one_has_gets_a_number() -> None:
    trip = make_trip(code="ROM", time_zone="Europe/Rome")
    client = desk("bookings.add_departure", "bookings.view_trip")
    client.post(f"{DEPARTURES}add/", departure_form(trip.pk))
    Departure.objects.update(code="ROM-20310301-0730")
    Trip.objects.update(time_zone="Africa/Addis_Ababa")
    form = departure_form(trip.pk, starts_at_0="2031-03-01", starts_at_1="07:30")
    Departure.objects.update(starts_at=F("starts_at") + timedelta(minutes=30))
    assert client.post(f"{DEPARTURES}add/", form).status_code == 302
    assert sorted(Departure.objects.values_list("code", flat=True)) == ["ROM-20310301-0730", "ROM-20310301-0730-2"]


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2028-03-26", "02:30 doesn't exist on 2028-03-26 in Europe/Rome: the clocks go from 02:00 to 03:00."),
        (
            "2028-10-29",
            "02:30 comes twice on 2028-10-29 in Europe/Rome: the clocks go back. Give a time before or after.",
        ),
    ],
)
def test_an_office_time_that_is_skipped_or_comes_twice_is_refused_by_name(
    settings: Any, day: str, sentence: str
) -> None:
    settings.TIME_ZONE = "Europe/Rome"
    client = desk("bookings.add_departure", "bookings.view_trip")
    form = departure_form(make_trip().pk, starts_at_0=day, starts_at_1="02:30")
    response = client.post(f"{DEPARTURES}add/", form)
    assert response.context["adminform"].form.errors == {"starts_at": [sentence]}


def change_form(departure: Departure, **changes: Any) -> dict[str, Any]:
    start, end = timezone.localtime(departure.starts_at), timezone.localtime(departure.ends_at)
    times = {"starts_at_0": start.date(), "starts_at_1": start.time(), "ends_at_0": end.date(), "ends_at_1": end.time()}
    return times | {"capacity": departure.capacity, "min_travellers": 1, "price": departure.price} | changes


def test_a_departure_keeps_its_seats_and_its_start_while_people_are_booked() -> None:
    departure = departure_in(10, capacity=10)
    booked(departure, party_size=4)
    departure.refresh_from_db()
    client = desk("bookings.change_departure")
    start = (timezone.localtime(departure.starts_at) + timedelta(days=1)).date()
    response = client.post(page(departure), change_form(departure, capacity=3, starts_at_0=start))
    assert response.context["adminform"].form.errors == {
        "capacity": ["4 seats are taken; the capacity can't be smaller."],
        "starts_at": ["1 live booking is on this departure. Make a new departure and move the bookings there."],
    }
    assert client.post(page(departure), change_form(departure, capacity=4)).status_code == 302
    assert list(Departure.objects.values_list("capacity", "seats_taken")) == [(4, 4)]


def test_a_capacity_that_a_person_sets_ends_the_oversold_notice() -> None:
    departure = departure_in(10, capacity=12, seats_taken=12, planned_capacity=5)
    desk("bookings.change_departure").post(page(departure), change_form(departure, capacity=14))
    assert list(Departure.objects.values_list("capacity", "planned_capacity")) == [(14, None)]
