"""A form that is sent twice is saved once."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.urls import reverse
from django_celery_beat.models import IntervalSchedule

from bookings.models import ApiKey, Customer, Departure, Trip
from notifications.models import MessageTemplate, ReminderRule
from tests.edits import boss
from tests.factories import make_trip
from tests.pages import fields_of, opened

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ADD: dict[str, tuple[Any, str, dict[str, Any]]] = {
    "customer": (Customer, "bookings_customer", {"name": "Abel"}),
    "trip": (Trip, "bookings_trip", {"code": "NEW", "name": "New", "destination": "Axum", "price": "100"}),
    "rule": (ReminderRule, "notifications_reminderrule", {"kind": "departure_reminder", "hours_before": "33"}),
    "mail text": (
        MessageTemplate,
        "notifications_messagetemplate",
        {"kind": "booking_confirmation", "subject": "Hi", "body": "Hi"},
    ),
    "key": (ApiKey, "bookings_apikey", {"name": "website", "scopes": ["bookings:read"]}),
    "group": (Group, "auth_group", {"name": "Guides"}),
    "user": (User, "auth_user", {"username": "new", "password1": "long enough 77", "password2": "long enough 77"}),
    "interval": (IntervalSchedule, "django_celery_beat_intervalschedule", {"every": "77", "period": "minutes"}),
}


@pytest.mark.parametrize("kind", list(ADD))
def test_a_new_row_that_is_sent_twice_is_one(kind: str) -> None:
    model, name, new = ADD[kind]
    client, url = boss(), reverse(f"admin:{name}_add")
    before = model.objects.count()
    form = opened(client, url) | new
    first: Any = client.post(url, form)
    second: Any = client.post(url, form)
    assert (first.status_code, second.status_code, second.url) == (302, 302, first.url)
    assert model.objects.count() == before + 1


def test_a_new_departure_that_is_sent_twice_is_one() -> None:
    trip, client, url = make_trip(), boss(), reverse("admin:bookings_departure_add")
    form = opened(client, url) | {"trip": trip.pk, "starts_at_0": "2031-03-01", "starts_at_1": "07:30"}
    assert [client.post(url, form).status_code for _ in range(2)] == [302, 302]
    assert Departure.objects.count() == 1


def test_a_form_that_was_wrong_can_be_sent_again() -> None:
    client, url = boss(), reverse("admin:bookings_customer_add")
    response = client.post(url, opened(client, url) | {"name": "", "email": "abel@mail.example.org"})
    assert response.status_code == 200
    assert client.post(url, fields_of(response) | {"name": "Abel"}).status_code == 302
    assert client.post(url, fields_of(response) | {"name": "Abel"}).status_code == 302
    assert list(Customer.objects.values_list("name", flat=True)) == ["Abel"]


def test_two_forms_with_the_same_words_make_two() -> None:
    client, url = boss(), reverse("admin:bookings_customer_add")
    for _ in range(2):
        client.post(url, opened(client, url) | {"name": "Abel"})
    assert Customer.objects.count() == 2
