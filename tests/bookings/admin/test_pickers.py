"""What the search fields of forms offer to choose from."""

import html
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.models import Booking
from tests.desk import act_url, booked, departure_in, desk
from tests.factories import make_trip

pytestmark = pytest.mark.django_db


def choices_for_a_move(client: Client, *bookings: Booking) -> list[str]:
    ids = ",".join(str(booking.pk) for booking in bookings)
    page = client.get(act_url("reschedule", bookings[0]), {"ids": ids}).content.decode()
    [url] = re.findall(r'data-ajax--url="([^"]+)"', page)
    where = "&app_label=bookings&model_name=booking&field_name=departure"
    return [choice["text"] for choice in client.get(html.unescape(url) + where).json()["results"]]


def test_a_move_offers_the_same_trip_first_with_the_difference_in_price() -> None:
    trip, abroad = make_trip(name="Simien"), make_trip(name="Nile", currency="USD")
    booking = booked(departure_in(10, trip=trip), party_size=2)  # 1000.00 a person
    elsewhere = departure_in(11)
    dear, same = departure_in(12, trip=trip, price=Decimal(1250)), departure_in(13, trip=trip)
    cheap, full = departure_in(14, trip=trip, price=Decimal("999.99")), departure_in(16, trip=trip, capacity=1)
    other = departure_in(15, trip=abroad, currency="USD")
    assert [text.split(" · ")[3:] for text in choices_for_a_move(desk("bookings.reschedule_booking"), booking)] == [
        ["+ETB 500.00 for the party", dear.code],
        ["same price", same.code],
        ["−ETB 0.02 for the party", cheap.code],
        ["same price", elsewhere.code],
        ["sold in USD, not in ETB", other.code],
        ["same price", full.code],
    ]


def test_several_that_move_are_summed_in_one_currency_only() -> None:
    one, other = booked(party_size=2), booked(party_size=1)
    target = departure_in(20, price=Decimal(1100))
    client = desk("bookings.reschedule_booking")

    def price() -> str:
        return next(text.split(" · ")[3] for text in choices_for_a_move(client, one, other) if target.code in text)

    assert price() == "+ETB 300.00 for the 2 parties"
    Booking.objects.filter(pk=other.pk).update(currency="USD")
    assert price() == "ETB 1,100.00"


def test_the_choices_for_a_move_take_as_many_queries_for_thirty_as_for_one() -> None:
    booking, client, counts = booked(), desk("bookings.reschedule_booking"), []
    for number in (1, 15):
        for day in range(number):
            departure_in(20 + day + number)
        choices_for_a_move(client, booking)
        with CaptureQueriesContext(connection) as queries:
            assert len(choices_for_a_move(client, booking)) >= number
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "wish", ["agreed=x&currency=ETB", "agreed=5&currency=<b>", "agreed=1&people=9e9&trip=x&party=-1"]
)
def test_a_wish_that_nobody_writes_is_left_out(wish: str) -> None:
    departure = departure_in(10)
    where = "?app_label=bookings&model_name=booking&field_name=departure&" + wish
    [choice] = desk().get(reverse("admin:bookings_departure_pick") + where).json()["results"]
    assert choice["text"].split(" · ")[3:] == ["ETB 1,000.00", departure.code]
