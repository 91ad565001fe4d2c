"""GET /api/departures/."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from bookings.models import Departure, Trip
from tests.factories import make_booking, make_customer, make_departure, make_trip
from tests.rest import leaving

pytestmark = pytest.mark.django_db
OPEN: dict[str, Any] = {"capacity": 1, "price": 1, "currency": "ETB", "status": Departure.Status.OPEN}


def test_departures_are_the_open_future_ones_with_their_seats(api: Client) -> None:
    departure = leaving(capacity=10, price=Decimal("1250.50"))
    make_booking(departure=departure, party_size=3, now=timezone.now())
    leaving(-1)
    for status in ("draft", "closed", "cancelled", "completed"):
        leaving(status=status)
    trip = departure.trip
    assert api.get("/api/departures/").json() == {
        "next": None,
        "previous": None,
        "results": [
            {
                "code": departure.code,
                "trip": {"code": trip.code, "name": trip.name, "destination": "Lalibela", "time_zone": trip.time_zone},
                "starts_at": departure.starts_at.isoformat().replace("+00:00", "Z"),
                "ends_at": departure.ends_at.isoformat().replace("+00:00", "Z"),
                "price": "1250.50",
                "currency": "ETB",
                "seats_left": 7,
            }
        ],
    }


def codes(response: Any) -> list[str]:
    return [row["code"] for row in response.json()["results"]]


def test_departures_of_one_trip_and_between_days_of_its_own_time_zone(api: Client) -> None:
    trip = make_trip(code="SIM", time_zone="Africa/Addis_Ababa")
    year = timezone.now().year + 1
    evening = datetime(year, 3, 1, 21, 30, tzinfo=UTC)  # 2 March in Addis Ababa
    departure = make_departure(trip=trip, starts_at=evening)
    leaving()
    assert codes(api.get("/api/departures/", {"trip": "sim"})) == [departure.code]
    assert codes(api.get("/api/departures/", {"from": f"{year}-03-02", "to": f"{year}-03-02"})) == [departure.code]
    assert codes(api.get("/api/departures/", {"from": f"{year}-03-01", "to": f"{year}-03-01"})) == []
    assert codes(api.get("/api/departures/", {"trip": "SIM", "from": "0001-01-01", "to": "9999-12-31"})) == [
        departure.code
    ]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "tomorrow"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "from"),
        ({"trip": "x\0"}, "trip"),
        ({"cursor": "ü"}, "cursor"),
        ({"cursor": "cD1ub25zZW5zZQ=="}, "cursor"),  # p=nonsense
        ({"cursor": "cD0wMDAxLTAxLTAxVDAwOjAwOjAwJTJCMjM6NTk="}, "cursor"),  # p=0001-01-01T00:00:00+23:59
    ],
)
def test_a_wrong_parameter_of_departures_is_named(api: Client, query: dict[str, str], field: str) -> None:
    response = api.get("/api/departures/", query)
    assert response.status_code == 400
    assert list(response.json()) == [field]


def test_departures_come_in_pages_that_lead_to_each_other(api: Client) -> None:
    trip = make_trip()
    made = [make_departure(trip=trip, starts_at=timezone.now() + timedelta(days=1 + n)).code for n in range(60)]
    first = api.get("/api/departures/", {"trip": trip.code})
    second = api.get(first.json()["next"])
    assert codes(first) + codes(second) == made
    assert second.json()["next"] is None
    assert codes(api.get(second.json()["previous"])) == made[:50]


def test_pages_lead_both_ways_through_departures_that_start_at_the_same_moment(api: Client) -> None:
    moment = timezone.now() + timedelta(days=3)
    trips = Trip.objects.bulk_create(Trip(code=f"T-{n:03}", name="Walk", price=1, capacity=1) for n in range(230))
    made = Departure.objects.bulk_create(
        Departure(trip=trip, code=f"D-{trip.code}", starts_at=moment, ends_at=moment + timedelta(hours=1), **OPEN)
        for trip in trips
    )
    pages = [api.get("/api/departures/")]
    while following := pages[-1].json()["next"]:
        pages.append(api.get(following))
    forwards = [codes(page) for page in pages]
    assert [code for page in forwards for code in page] == [departure.code for departure in made]
    backwards, last = [], pages[-1]
    while previous := last.json()["previous"]:
        last = api.get(previous)
        backwards.append(codes(last))
    assert backwards[::-1] == forwards[:-1]


@pytest.mark.parametrize("rows", [1, 30])
def test_listing_takes_the_same_few_queries_for_any_number_of_rows(
    api: Client, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    customer = make_customer(integration="website", user_id="u-7")
    for _ in range(rows):
        make_booking(departure=leaving(), customer=customer, now=timezone.now())
    with django_assert_num_queries(2):  # the key, the rows
        assert len(api.get("/api/departures/").json()["results"]) == rows
    with django_assert_num_queries(3):  # and the time zones in use
        assert len(api.get("/api/departures/", {"from": "2020-01-01"}).json()["results"]) == rows
    with django_assert_num_queries(3):  # and the price lines
        assert len(api.get("/api/booking/", {"user_id": "u-7"}).json()["results"]) == rows
