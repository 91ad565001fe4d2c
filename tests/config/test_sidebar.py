"""The search box finds what its owner may see, and little of it. (Who sees which pages: test_roles.py.)"""

import pytest
from django.test import Client
from django.urls import reverse

from config import search_box
from tests.factories import make_booking, make_customer, make_user

pytestmark = pytest.mark.django_db


def search(term: str, *permissions: str) -> list[str]:
    client = Client()
    client.force_login(make_user(*permissions))
    response = client.get(reverse("admin:search"), {"s": term, "extended": "1"})
    return [result.title for result in response.context["results"]]


def test_a_reference_is_found() -> None:
    booking = make_booking()
    make_booking()
    assert search(booking.reference, "bookings.view_booking") == [booking.reference]


def test_names_are_found_only_with_the_permission() -> None:
    customer = make_customer(name="ሰላማዊት Bekele")
    assert search("ሰላማዊት", "bookings.view_customer") == [str(customer)]
    assert search("ሰላማዊት", "bookings.view_trip") == []


def test_a_common_word_finds_only_the_first_few() -> None:
    for _ in range(8):
        make_customer(name="Almaz Tesfaye")
    assert len(search("almaz", "bookings.view_customer")) == search_box.FOUND


def test_logging_in_leads_to_the_first_page() -> None:
    user = make_user()
    response = Client().post(reverse("admin:login"), {"username": user.username, "password": "correct horse"})
    assert response.headers["Location"] == "/admin/"
