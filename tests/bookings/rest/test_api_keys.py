"""Who may call the API, and how often."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from bookings.models import Booking
from tests.rest import caller, leaving, post, wish

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "authorization",
    ["", "Api-Key", "Api-Key ", "Api-Key nonsense", "Bearer abc", "Api-Key aaaaaaaa." + "b" * 32, "Api-Key \0ü.é"],
)
def test_without_a_valid_key_the_answer_is_401(authorization: str) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    response = Client(headers=headers).get("/api/departures/")
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == "Api-Key"
    assert response.json()["code"] == "authentication_failed"


def test_revoked_and_expired_keys_are_no_keys() -> None:
    assert caller(revoked=True).get("/api/departures/").status_code == 401
    assert caller(expiry_date=timezone.now() - timedelta(seconds=1)).get("/api/departures/").status_code == 401


def test_each_scope_opens_its_half_only() -> None:
    reader, writer = caller(scopes=["bookings:read"]), caller(scopes=["bookings:write"])
    assert reader.get("/api/departures/").status_code == 200
    refused = post(reader, "/api/booking/", wish(leaving()))
    assert (refused.status_code, refused.json()) == (
        403,
        {"code": "permission_denied", "detail": "This key lacks the scope bookings:write."},
    )
    assert post(writer, "/api/booking/", wish(leaving())).status_code == 201
    assert writer.get("/api/departures/").status_code == 403
    assert Booking.objects.count() == 1


def test_another_method_is_405_in_json(api: Client) -> None:
    response = api.put("/api/departures/", {}, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")


def test_too_many_failures_from_one_address_are_429_but_a_good_key_still_passes(api: Client) -> None:
    statuses = [Client().get("/api/departures/").status_code for _ in range(61)]
    assert statuses == [401] * 60 + [429]
    assert api.get("/api/departures/").status_code == 200


def test_failures_from_one_ipv6_network_are_counted_together() -> None:
    callers = [Client(REMOTE_ADDR=f"2001:db8:7:1::{number:x}") for number in range(1, 62)]
    assert [caller.get("/api/departures/").status_code for caller in callers] == [401] * 60 + [429]


def test_too_many_calls_of_one_key_are_429_with_retry_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bookings.rest.throttles.ApiKeyThrottle.rate", "2/min", raising=False)
    api, other = caller("one"), caller("two")
    assert [api.get("/api/departures/").status_code for _ in range(2)] == [200, 200]
    response = api.get("/api/departures/")
    assert (response.status_code, response.json()["code"]) == (429, "throttled")
    assert 0 < int(response["Retry-After"]) <= 60
    assert other.get("/api/departures/").status_code == 200


def test_an_unknown_address_under_api_is_json(api: Client) -> None:
    response = api.get("/api/nothing/")
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
