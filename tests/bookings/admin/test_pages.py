"""The lists and pages of bookings, departures and customers."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking, Customer, Departure, Traveller
from tests.desk import booked, departure_in, desk
from tests.factories import make_customer, make_trip

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
HOSTILE = '<script>alert("x")</script>'
BOOKINGS = "/admin/bookings/booking/"
DEPARTURES = "/admin/bookings/departure/"
READ_OUT = (
    "td-nqkftdxw, nqkf, TD NQKFTDXW, TD-NQKF TDXW, nqkf tdxw, TDNQKFTDXW, td-n, old-000010, OLD-0000, "
    "4567, 0911, 234 567, SARA@mail"
)


def page(row: Booking | Departure | Customer, name: str = "change") -> str:
    return reverse(f"admin:bookings_{row._meta.model_name}_{name}", args=[row.pk])  # noqa: SLF001


def found(client: Client, text: str, url: str = BOOKINGS) -> list[str]:
    return sorted(str(row) for row in client.get(url, {"q": text}).context["cl"].result_list)


@pytest.mark.parametrize("url", [BOOKINGS, DEPARTURES, "/admin/bookings/customer/", "/admin/bookings/trip/"])
def test_a_list_takes_as_many_queries_for_thirty_rows_as_for_one(url: str) -> None:
    client = desk("bookings.view_trip", "bookings.confirm_booking", "bookings.change_departure_status")
    client.get(url)  # fills the process's caches
    counts = []
    for number in (1, 29):
        for _ in range(number):
            booked()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_booking_s_page_takes_as_many_queries_with_a_long_history() -> None:
    booking, client = booked(party_size=9), desk("notifications.view_message")
    client.get(page(booking))  # fills the process's caches
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page(booking)).status_code == 200
        counts.append(len(queries))
        for number in range(9):
            Traveller.objects.create(booking=booking, name=f"Guest {number}")
            booking.events.create(kind="note", actor_label="Test", created_at=timezone.now())
    assert counts[0] == counts[1]


def test_bookings_are_found_by_reference_customer_phone_and_departure() -> None:
    customer = make_customer(name="Sara Bekele", email="sara.b77@mail.example.org", phone="+251911234567")
    booking, client = booked(customer=customer), desk()
    booked()
    Booking.objects.filter(pk=booking.pk).update(external_reference="OLD-000007")
    wanted = [booking.reference]
    texts = [booking.reference, booking.reference.lower(), booking.reference[3:], "bekele SARA", "sara.b77@mail"]
    for text in [*texts, "Sara.b", "sara.b77", "0911 234 567", "OLD-000007", booking.departure.code]:
        assert found(client, text) == wanted, text
    assert found(client, "nobody") == []


@pytest.mark.parametrize("text", READ_OUT.split(", "))
def test_a_booking_is_found_as_it_is_read_out(text: str) -> None:
    customer = make_customer(name="Sara Bekele", email="sara@mail.example.org", phone="+251911234567")
    booking = booked(customer=customer)
    other = booked(customer=make_customer(phone="+251922888888"))
    Booking.objects.filter(pk=other.pk).update(reference="TD-ZZZZZZZZ")
    Booking.objects.filter(pk=booking.pk).update(reference="TD-NQKFTDXW", external_reference="OLD-000010")
    assert found(desk(), text) == ["TD-NQKFTDXW"]


@pytest.mark.parametrize("text", ["TD", "TD-", "A1", "---", "0", "%", "TD tour", "@", "x" * 300])
def test_no_search_is_an_error_page(text: str) -> None:
    booked()
    assert desk().get(BOOKINGS, {"q": text}).status_code == 200


def test_a_search_looks_through_all_dates_the_next_departure_first() -> None:
    past, coming, later = departure_in(-3), departure_in(3), departure_in(5)
    rows = desk().get(DEPARTURES, {"q": "lalibela"}).context["cl"].result_list
    assert list(rows) == [coming, later, past]
    assert found(desk(), past.code, DEPARTURES) == [past.code]
    assert "?departs=all" in desk().get(DEPARTURES, {"departs": "today"}).content.decode()


def test_departures_show_from_today_on_and_the_past_when_asked() -> None:
    past, coming = departure_in(-3), departure_in(3)
    client = desk()
    assert found(client, "", DEPARTURES) == [coming.code]
    [row] = client.get(DEPARTURES, {"departs": "past"}).context["cl"].result_list
    assert row == past


def test_an_oversold_departure_says_so() -> None:
    departure = departure_in(3, capacity=12, seats_taken=12, planned_capacity=5)
    for url in (DEPARTURES, page(departure)):
        assert "Oversold by 7 in the old system" in desk().get(url).content.decode()


def test_names_and_notes_are_escaped_everywhere() -> None:
    booking = booked(customer=make_customer(name=HOSTILE), notes=HOSTILE)
    Traveller.objects.create(booking=booking, name=HOSTILE, notes=HOSTILE)
    client = desk("bookings.cancel_booking", "bookings.view_manifest", "bookings.add_booking")
    question = reverse("admin:bookings_booking_act", args=["cancel"]) + f"?ids={booking.pk}"
    manifest = page(booking.departure, "manifest")
    pages = [BOOKINGS, page(booking), page(booking.departure), page(booking.customer), question, manifest]
    for url in pages:
        text = client.get(url).content.decode()
        assert "<script>alert" not in text, url
        assert "&lt;script&gt;alert" in text, url


def test_saving_a_booking_s_page_writes_notes_and_travellers_only() -> None:
    booking = booked(party_size=2)
    client = desk("bookings.change_booking", "bookings.add_traveller", "bookings.change_traveller")
    Booking.objects.filter(pk=booking.pk).update(paid=100)
    names = {
        f"travellers-{n}-{field}": value
        for n in range(2)
        for field, value in (("name", f"T{n}"), ("category", "adult"))
    }
    form = {"notes": "Vegetarian", "status": "confirmed", "travellers-INITIAL_FORMS": 0, **names}
    assert client.post(page(booking), form | {"travellers-TOTAL_FORMS": 2}).status_code == 302
    booking.refresh_from_db()
    assert (booking.notes, booking.status, booking.paid) == ("Vegetarian", Booking.Status.PENDING, Decimal(100))
    assert list(booking.travellers.values_list("name", flat=True)) == ["T0", "T1"]


def test_more_names_than_people_are_refused() -> None:
    booking = booked(party_size=1)
    client = desk("bookings.change_booking", "bookings.add_traveller")
    names = {
        f"travellers-{n}-{field}": value
        for n in range(2)
        for field, value in (("name", f"T{n}"), ("category", "adult"))
    }
    form = {"notes": "", "travellers-INITIAL_FORMS": 0, "travellers-TOTAL_FORMS": 2, **names}
    text = client.post(page(booking), form).content.decode()
    assert "2 travellers are named for a party of 1." in text
    assert booking.travellers.count() == 0


def test_a_booking_can_t_be_deleted() -> None:
    booking, client = booked(), desk("bookings.delete_booking")
    assert client.post(page(booking, "delete"), {"post": "yes"}).status_code == 403


def test_a_trip_with_departures_keeps_its_code_and_time_zone() -> None:
    trip, client = make_trip(), desk("bookings.change_trip")
    url = reverse("admin:bookings_trip_change", args=[trip.pk])
    assert {"code", "time_zone"} <= set(client.get(url).context["adminform"].form.fields)
    departure_in(3, trip=trip)
    assert not {"code", "time_zone"} & set(client.get(url).context["adminform"].form.fields)


def test_only_a_state_that_owes_shows_money_to_pay() -> None:
    booking, client = booked(), desk()
    assert "ETB 2,000.00 to pay" in client.get(page(booking)).content.decode()
    Booking.objects.filter(pk=booking.pk).update(paid=2500)
    assert "ETB 500.00 too much paid" in client.get(page(booking)).content.decode()
    Booking.objects.filter(pk=booking.pk).update(paid=0, status=Booking.Status.EXPIRED)
    assert "to pay" not in client.get(page(booking)).content.decode()


def test_a_customer_s_new_phone_has_digits_and_is_written_as_everywhere() -> None:
    customer, client = make_customer(phone="ask at desk"), desk("bookings.change_customer")
    form = {"name": "Sara", "email": "Sara@Mail.example.org", "language": "en", "country": "", "notes": ""}
    assert client.post(page(customer), form | {"phone": "ask at desk"}).status_code == 302
    response = client.post(page(customer), form | {"phone": "no number!!"})
    assert response.context["adminform"].form.errors == {"phone": ["Give a phone number, such as 0911 234567."]}
    client.post(page(customer), form | {"phone": "0911 234 567"})
    assert list(Customer.objects.values_list("email", "phone")) == [("sara@mail.example.org", "+251911234567")]
