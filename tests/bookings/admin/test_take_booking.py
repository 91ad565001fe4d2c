"""Take a booking: one form, one press, one booking."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bookings.models import Booking, Customer, Departure
from notifications.models import Message
from tests.desk import departure_in, desk, said
from tests.factories import make_customer

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
URL = "/admin/bookings/booking/add/"


def answers(on: Departure, /, **changes: Any) -> dict[str, Any]:
    return {
        "creation_key": "one-press",
        "departure": on.pk,
        "party_size": 2,
        "name": "አልማዝ ተስፋዬ",
        "email": "Almaz@Mail.Example.org",
        "phone": "0911 234567",
        "country": "ET",
        "language": "am",
        "travellers": "አልማዝ ተስፋዬ\nSara (child)\n",
        "notes": "Window seats",
    } | changes


def clerk() -> Client:
    return desk("bookings.add_booking")


def test_a_new_customer_s_booking_is_taken_with_its_mail() -> None:
    departure = departure_in(10)
    response = clerk().post(URL, answers(departure))
    booking = Booking.objects.get()
    assert response.headers["Location"] == reverse("admin:bookings_booking_change", args=[booking.pk])
    assert said(response) == [f"{booking.reference} for አልማዝ ተስፋዬ is taken."]
    customer = booking.customer
    assert (customer.name, customer.email, customer.phone) == (
        "አልማዝ ተስፋዬ",
        "almaz@mail.example.org",
        "+251911234567",
    )
    assert list(booking.travellers.values_list("name", "category")) == [("አልማዝ ተስፋዬ", "adult"), ("Sara", "child")]
    assert list(Message.objects.values_list("kind", "recipient")) == [("booking_confirmation", customer.email)]
    assert booking.events.get().actor_label.startswith("Sara Clerk")
    assert Departure.objects.get(pk=departure.pk).seats_taken == 2


def test_the_form_sent_twice_makes_one_booking_and_one_customer() -> None:
    departure, client = departure_in(10), clerk()
    first = client.post(URL, answers(departure, email=""))
    second = client.post(URL, answers(departure, email=""))
    assert first.headers["Location"] == second.headers["Location"]
    assert (Booking.objects.count(), Customer.objects.count()) == (1, 1)


def test_a_known_customer_is_booked() -> None:
    customer, blank = make_customer(), {"name": "", "email": "", "phone": "", "country": ""}
    clerk().post(URL, answers(departure_in(10), customer=customer.pk, **blank))
    assert Booking.objects.get().customer == customer


def test_details_beside_a_known_customer_are_no_secret_loss() -> None:
    response = clerk().post(URL, answers(departure_in(10), customer=make_customer().pk, name="", country=""))
    text = "A known customer is chosen: clear this, and change the customer's own page."
    assert response.context["form"].errors == {"email": [text], "phone": [text]}


def test_a_new_customer_who_is_known_keeps_what_is_there_and_gets_what_was_blank() -> None:
    known = make_customer(name="Sara", email="sara@mail.example.org", phone="+251922000000")
    wanted = answers(departure_in(10), name="sara", email="Sara@mail.example.org", travellers="")
    response = clerk().post(URL, wanted)
    booking = Booking.objects.get()
    assert said(response) == [
        f"{booking.reference} for Sara is taken. Sara is known: phone stays +251922000000, language stays English."
    ]
    known.refresh_from_db()
    assert (booking.customer, known.phone, known.country.code) == (known, "+251922000000", "ET")


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"name": ""}, "customer", "Choose a customer here, or write a new one's name below."),
        ({"travellers": "A\nB\nC"}, "travellers", "3 travellers are named for a party of 2."),
        ({"phone": "not a number!!"}, "phone", "Give a phone number, such as 0911 234567."),
        ({"party_size": 0}, "party_size", "Ensure this value is greater than or equal to 1."),
        ({"departure": 999999}, "departure", "Select a valid choice. That choice is not one of the available choices."),
    ],
)
def test_what_is_wrong_stands_beside_its_field(changes: dict[str, Any], field: str, text: str) -> None:
    response = clerk().post(URL, answers(departure_in(10), **changes))
    assert response.context["form"].errors == {field: [text]}
    assert (Booking.objects.count(), Customer.objects.count()) == (0, 0)


def test_sold_out_keeps_what_was_typed_and_offers_the_waiting_list() -> None:
    departure, client = departure_in(10, capacity=1), clerk()
    response = client.post(URL, answers(departure))
    assert response.context["form"].errors == {
        "departure": ["Only 1 seat left on this departure."],
        "waitlist": ["Tick this to put the party on the waiting list instead."],
    }
    page = response.content.decode()
    for typed in ("አልማዝ ተስፋዬ", "0911 234567", "Window seats", "Sara (child)", departure.code, "one-press"):
        assert typed in page
    assert (Booking.objects.count(), Customer.objects.count()) == (0, 0)
    response = client.post(URL, answers(departure, waitlist="on"))
    assert Booking.objects.get().status == Booking.Status.WAITLISTED
    assert said(response)[-1].endswith("is on the waiting list.")


def test_a_closed_departure_is_refused_beside_the_field() -> None:
    departure = departure_in(10, status=Departure.Status.CLOSED)
    response = clerk().post(URL, answers(departure, waitlist="on"))
    assert response.context["form"].errors == {"departure": [f"{departure.code} is closed, not open for booking."]}


def test_the_picker_offers_open_departures_with_seats_and_price() -> None:
    departure = departure_in(10, capacity=5)
    departure_in(11, status=Departure.Status.CLOSED)
    departure_in(-1)
    where = {"app_label": "bookings", "model_name": "booking", "field_name": "departure", "term": "lalibela"}
    [choice] = clerk().get(reverse("admin:bookings_departure_pick"), where).json()["results"]
    assert choice["id"] == str(departure.pk)
    assert "5 of 5 seats left · ETB 1,000.00" in choice["text"]


def test_taking_needs_the_permission_and_a_fresh_key_each_time() -> None:
    assert desk().get(URL).status_code == 403
    assert desk().post(URL, answers(departure_in(10))).status_code == 403
    client = clerk()
    keys = {re.findall(r'name="creation_key" value="(\w+)"', client.get(URL).content.decode())[0] for _ in range(2)}
    assert len(keys) == 2


def test_the_departure_and_customer_of_a_link_are_chosen_already() -> None:
    departure, customer = departure_in(10), make_customer()
    page = clerk().get(URL, {"departure": departure.pk, "customer": customer.pk}).content.decode()
    assert f'value="{departure.pk}" selected' in page
    assert f'value="{customer.pk}" selected' in page
