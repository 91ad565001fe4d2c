"""What a clerk finds: with or without accents and capitals, by every word in any order, by trip and by day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models import Value
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.admin.search import find_bookings, find_customers, find_departures, find_trips
from bookings.admin.search_days import days_in
from bookings.folding import Fold, fold
from bookings.models import Booking, Customer, Departure, Trip
from tests.factories import make_booking, make_customer, make_departure, make_trip, make_user

pytestmark = pytest.mark.django_db
WORDS = [
    "Müller",
    "JOSÉ",
    "Jose\u0301",
    "Øystein Łukasz",
    "STRAẞE",
    "Straße",
    "Ελένη",
    "Ёлка",
    "İstanbul",
    "ሰላም",
    "مُحَمَّد",
]


@pytest.mark.parametrize("word", WORDS)
def test_the_database_folds_as_python_does(word: str) -> None:
    assert Trip.objects.annotate(folded=Fold(Value(word))).values_list("folded", flat=True).query  # it is SQL
    make_trip(name=word)
    assert list(Trip.objects.values_list("name__fold", flat=True)) == [fold(word)]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Jana Nováková", "novak"),
        ("Jürgen Müller", "muller JURGEN"),
        ("Jurgen Muller", "MÜLLER"),
        ("Jose\u0301 Prova", "José"),
        ("Søren Ångström", "soren angstrom"),
        ("Łukasz Großmann", "lukasz grossmann"),
        ("ሰላማዊት Bekele", "ሰላማዊት"),
        ("Ελένη", "ελενη"),
        ("Αρτέμης Ωμέγα", "ΑΡΤΕΜΗΣ"),
        ("O'Connor 100%", "100%"),
    ],
)
def test_names_are_found_without_their_accents(name: str, typed: str) -> None:
    customer = make_customer(name=name)
    make_customer(name="Abebe Bikila")
    assert list(find_customers(Customer.objects.all(), typed)) == [customer]
    booking = make_booking(customer=customer)
    make_booking()
    assert list(find_bookings(Booking.objects.all(), typed)) == [booking]


@pytest.mark.slow
@pytest.mark.parametrize(
    "typed",
    [
        *("nováková", "novakova simien", "SIMIEN jana", "simien", "trek", "2026-12-20", "20.12.2026", "20/12"),
        *("20 Dec 2026", "December 20", "jana 20/12 simien", "novakova@mail", "jana mail.example", "234567"),
        *("+251911234567", "jana 0911234567", "novakova {reference}", "{reference} jana"),
    ],
)
def test_every_word_fits_the_customer_the_trip_the_reference_or_the_day(typed: str) -> None:
    customer = make_customer(name="Jana Nováková", email="novakova@mail.example.org", phone="+251911234567")
    trip = make_trip(code="SIM-7", name="Simien trek", destination="Gondar")
    moment = datetime(2026, 12, 19, 22, 30, tzinfo=UTC)  # 20 December in Addis Ababa
    booking = make_booking(customer=customer, departure=make_departure(trip=trip, starts_at=moment))
    make_booking(departure=make_departure(starts_at=moment - timedelta(days=3)))
    Booking.objects.filter(pk=booking.pk).update(reference="TD-ABCDEFGH")  # of letters alone
    booking.refresh_from_db()
    found = find_bookings(Booking.objects.all(), typed.format(reference=booking.reference))
    assert list(found) == [booking]
    for other in ("simien bekele", "jana 21/12", "jana lalibela", "simien 2026-12-18"):
        assert list(find_bookings(Booking.objects.all(), other)) == [], other


@pytest.mark.parametrize("typed", ["sao tome", "SÃO", "tomé são", "são 20 dec", "20/12"])
def test_departures_and_trips_are_found_without_accents_and_by_day(typed: str) -> None:
    trip = make_trip(name="São Tomé", destination="São Tomé")
    departure = make_departure(trip=trip, starts_at=datetime(2026, 12, 20, 9, tzinfo=UTC))
    make_departure()
    assert list(find_departures(Departure.objects.all(), typed)) == [departure]
    words = " ".join(word for word in typed.split() if not word[0].isdigit() and word != "dec")
    assert list(find_trips(Trip.objects.all(), words)) == ([trip] if words else [])


def test_pickers_and_the_search_box_find_the_same() -> None:
    customer, trip = make_customer(name="Jürgen Müller"), make_trip(name="Rübeland")
    departure = make_departure(trip=trip, starts_at=timezone.now() + timedelta(days=3))
    make_booking(customer=customer, departure=departure, now=timezone.now())
    client = Client()
    client.force_login(make_user(is_superuser=True))
    for typed in ("muller", "rubeland", "muller rubeland"):
        page = client.get(reverse("admin:search"), {"s": typed, "extended": "1"})
        assert page.context["results"], typed
    for model, field, typed in (("booking", "departure", "rubeland"), ("booking", "customer", "muller")):
        query = {"app_label": "bookings", "model_name": model, "field_name": field, "term": typed}
        path = "departure" if field == "departure" else "customer"
        answer = client.get(reverse(f"admin:bookings_{path}_pick"), query).json()
        assert len(answer["results"]) == 1, typed


@pytest.mark.parametrize(
    ("typed", "days", "rest"),
    [
        ("2026-12-20", [date(2026, 12, 20)], ""),
        ("abebe 03/04/2026 simien", [date(2026, 3, 4), date(2026, 4, 3)], "abebe simien"),
        ("20.12.26", [date(2026, 12, 20)], ""),
        ("31.2.2026", [], "31.2.2026"),
        ("99/99", [], "99/99"),
        ("Dec", [], "Dec"),
        ("mark 5", [], "mark 5"),
        ("2026-13-45", [], "2026-13-45"),
    ],
)
def test_days_are_told_apart_from_words(typed: str, days: list[date], rest: str) -> None:
    assert days_in(typed) == (days, rest)
