"""What no page of ours asks for, and somebody sends all the same: an answer, and never a 500."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.desk import departure_in, desk
from tests.factories import make_booking, make_user

DEPARTURES = "/admin/bookings/departure/"
PICK = {"app_label": "bookings", "model_name": "booking", "term": ""}


def root() -> Client:
    client = Client()
    client.force_login(make_user(is_superuser=True))
    return client


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "/admin/django_celery_results/taskresult/?task_name=%00",
        "/admin/bookings/booking/?status__exact=%00",
        "/admin/bookings/booking/?q=a%00b",
        "/admin/autocomplete/?app_label=bookings&model_name=departure&field_name=trip&term=%00",
        "/admin/bookings/apikey/%00/change/",
    ],
)
def test_a_nul_in_an_address_is_400(address: str) -> None:
    assert root().get(address).status_code == 400


@pytest.mark.django_db
def test_a_nul_in_a_cookie_is_400() -> None:
    assert Client(headers={"Cookie": r'sessionid="aaaaaaaaaa\000"'}).get("/admin/").status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ({"starts_at_from": "0001-01-01"}, 1),
        ({"starts_at_to": "9999-12-31"}, 1),
        ({"starts_at_from": "9999-12-31"}, 0),
        ({"starts_at_to": "0001-01-01"}, 0),
    ],
)
def test_days_at_the_end_of_the_calendar_are_days(query: dict[str, str], rows: int) -> None:
    departure_in(10)
    response = desk().get(DEPARTURES, query)
    assert len(response.context["cl"].result_list) == rows


@pytest.mark.django_db
def test_a_picker_answers_for_its_own_model_only() -> None:
    departure_in(10)
    customers, departures = reverse("admin:bookings_customer_pick"), reverse("admin:bookings_departure_pick")
    assert desk().get(departures, PICK | {"field_name": "departure"}).status_code == 200
    assert desk().get(customers, PICK | {"field_name": "departure"}).status_code == 403
    assert desk().get(departures, PICK | {"field_name": "customer"}).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["bookings/departure", "bookings/booking", "payments/refund"])
def test_a_search_for_very_many_words_looks_for_the_first_few(page: str) -> None:
    make_booking(departure=departure_in(10))
    words = "lalibela " * 8 + "nowhere " * 2000
    response = root().get(f"/admin/{page}/", {"q": words})
    assert response.status_code == 200
    assert len(response.context["cl"].result_list) == (0 if page == "payments/refund" else 1)


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_to_the_history_changes_nothing() -> None:
    departure = departure_in(10)
    assert root().post(f"{DEPARTURES}{departure.pk}/history/").status_code == 200
