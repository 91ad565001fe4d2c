"""Addresses that lack their last slash."""

import pytest
from django.test import Client
from pytest_django import Settings

from bookings.models import Booking
from tests.rest import caller, leaving

pytestmark = pytest.mark.django_db


def test_the_api_answers_without_the_last_slash() -> None:
    api, departure = caller(), leaving()
    body = {"departure": departure.code, "party_size": 1, "customer": {"name": "Abebe", "email": "a@mail.example.org"}}
    taken = api.post("/api/booking", body, content_type="application/json", headers={"Idempotency-Key": "1"})
    again = api.post("/api/booking/", body, content_type="application/json", headers={"Idempotency-Key": "1"})
    assert (taken.status_code, again.status_code, Booking.objects.count()) == (201, 201, 1)
    reference = taken.json()["id"]
    assert api.get(f"/api/booking/{reference}").json()["id"] == reference
    assert api.get("/api/departures").json()["results"][0]["code"] == departure.code
    cancelled = api.post(f"/api/booking/{reference}/cancel", {"reason": "ill"}, content_type="application/json")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert api.post("/api/nothing", {}, content_type="application/json").status_code == 404


@pytest.mark.parametrize(("method", "status"), [("get", 301), ("post", 308), ("put", 308)])
def test_a_page_without_its_slash_is_redirected_with_its_body(client: Client, method: str, status: int) -> None:
    answer = getattr(client, method)("/pay/some-token")
    assert (answer.status_code, answer["Location"]) == (status, "/pay/some-token/")


def test_a_post_over_http_is_sent_again_over_https(client: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    answer = client.post("/api/booking/", {}, content_type="application/json")
    assert (answer.status_code, answer["Location"]) == (308, "https://testserver/api/booking/")


def test_a_staff_page_without_its_slash_keeps_the_body_too(admin_client: Client) -> None:
    answer = admin_client.post("/admin/bookings/booking/add", {"name": "Abebe"})
    assert (answer.status_code, answer["Location"]) == (308, "/admin/bookings/booking/add/")
