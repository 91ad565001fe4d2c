"""Idempotency-Key: one effect and one answer, however often the request comes."""

import functools
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection, connections
from django.test import Client
from django.utils import timezone

from bookings.models import SCOPES, ApiKey, ApiRequest, Booking, Departure
from bookings.refusals.api import StillRunning
from bookings.services import api_requests
from bookings.tasks import prune_api_requests
from notifications.models import Message
from notifications.refusals import Refused
from tests.factories import make_booking, make_departure

pytestmark = pytest.mark.django_db
PATH = "/api/booking/"


def caller(name: str = "website") -> Client:
    cache.clear()
    _row, key = ApiKey.objects.create_key(name=name, scopes=[scope for scope, _label in SCOPES])
    return Client(headers={"Authorization": f"Api-Key {key}"}, raise_request_exception=False)


@pytest.fixture
def api() -> Client:
    return caller()


@pytest.fixture
def departure() -> Departure:
    return make_departure(starts_at=timezone.now() + timedelta(days=10), capacity=5)


def wish(departure: Departure, party_size: int = 2) -> dict[str, Any]:
    customer = {"name": "Abebe", "email": "abebe@mail.example.org"}
    return {"departure": departure.code, "party_size": party_size, "customer": customer}


def post(api: Client, body: Any, key: str = "key-1", path: str = PATH) -> Any:
    return api.post(path, body, content_type="application/json", headers={"Idempotency-Key": key})


def test_the_same_request_again_gives_the_first_answer_and_one_booking(api: Client, departure: Departure) -> None:
    first = post(api, wish(departure))
    again = post(api, dict(reversed(wish(departure).items())))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.headers.get("Idempotent-Replayed") is None
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (Booking.objects.count(), Message.objects.count()) == (1, 1)


def test_what_is_stored_says_nothing_about_the_customer(api: Client, departure: Departure) -> None:
    customer = {"name": "Almaz Tesfaye", "email": "almaz@mail.example.org", "phone": "+251911234567", "user_id": "7"}
    body = wish(departure) | {"customer": customer}
    first = post(api, body)
    cancel = f"{PATH}{first.json()['id']}/cancel/"
    cancelled = post(api, {"reason": "ill"}, key="key-2", path=cancel)
    stored = str(list(ApiRequest.objects.values()))
    assert [word for word in customer.values() if word in stored and word != "7"] == []
    assert (post(api, body).json(), first.json()["customer"]["phone"]) == (first.json(), "+251911234567")
    assert post(api, {"reason": "ill"}, key="key-2", path=cancel).json() == cancelled.json()


def test_another_body_or_path_with_the_same_key_is_422(api: Client, departure: Departure) -> None:
    reference = post(api, wish(departure)).json()["id"]
    for response in (
        post(api, wish(departure, party_size=3)),
        post(api, wish(departure), path=f"{PATH}{reference}/cancel/"),
    ):
        assert (response.status_code, response.json()["code"]) == (422, "key_reused")
    assert Booking.objects.count() == 1


def test_another_caller_may_use_the_same_key(api: Client, departure: Departure) -> None:
    assert post(api, wish(departure)).status_code == 201
    assert post(caller("partner"), wish(departure)).status_code == 201
    assert Booking.objects.count() == 2


def test_a_newer_key_of_the_integration_gets_the_first_answer(api: Client, departure: Departure) -> None:
    first = post(api, wish(departure))
    again = post(caller(), wish(departure))
    assert (again.status_code, again.json(), again.headers["Idempotent-Replayed"]) == (201, first.json(), "true")
    assert Booking.objects.count() == 1


def test_an_answer_that_the_release_before_kept_counts(api: Client, departure: Departure) -> None:
    first = post(api, wish(departure))
    ApiRequest.objects.update(integration="")
    assert post(api, wish(departure)).json()["code"] == "in_progress"
    assert post(api, wish(departure)).json() == first.json()
    assert Booking.objects.count() == 1


def test_keys_of_one_integration_share_its_calls(departure: Departure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bookings.rest.throttles.ApiKeyThrottle.rate", "2/min", raising=False)
    older, newer, other = caller(), caller(), caller("partner")
    statuses = [api.get("/api/departures/").status_code for api in (older, newer, newer, older, other)]
    assert statuses == [200, 200, 429, 429, 200]


def test_a_refusal_is_an_answer_too(api: Client, departure: Departure) -> None:
    make_booking(departure=departure, party_size=4, now=timezone.now())
    first = post(api, wish(departure))
    Departure.objects.update(capacity=50)
    again = post(api, wish(departure))
    assert (first.status_code, first.json()["code"]) == (409, "sold_out")
    assert (again.status_code, again.json()) == (409, first.json())
    assert Booking.objects.count() == 1


def test_cancel_again_with_the_key_gives_the_cancelled_booking(api: Client, departure: Departure) -> None:
    path = f"{PATH}{make_booking(departure=departure, now=timezone.now()).reference}/cancel/"
    answers = [post(api, {"reason": "ill"}, path=path) for _ in range(2)]
    assert [(a.status_code, a.json()["status"]) for a in answers] == [(200, "cancelled")] * 2


@pytest.mark.parametrize("key", ["", "x" * 256, "tab\t", "ключ"])
def test_a_key_that_cannot_be_kept_is_named(api: Client, departure: Departure, key: str) -> None:
    response = post(api, wish(departure), key=key)
    assert (response.status_code, list(response.json())) == (400, ["Idempotency-Key"])
    assert Booking.objects.count() == 0


def test_a_request_that_still_runs_is_409_and_a_dead_one_is_taken_over(api: Client, departure: Departure) -> None:
    post(api, wish(departure))
    Booking.objects.all().delete()
    ApiRequest.objects.update(status_code=None, body=None, created_at=timezone.now() - timedelta(seconds=50))
    running = post(api, wish(departure))
    assert (running.status_code, running.json()["code"], running["Retry-After"]) == (409, "in_progress", "1")
    ApiRequest.objects.update(created_at=timezone.now() - timedelta(seconds=61))
    assert post(api, wish(departure)).status_code == 201
    assert Booking.objects.count() == 1


def test_two_who_want_to_take_over_are_told_apart() -> None:
    key = ApiKey.objects.get(pk=ApiKey.objects.create_key(name="website", scopes=[])[0].pk)
    now = timezone.now()
    claim = functools.partial(api_requests.begin, api_key=key, key="k", fingerprint="f")
    dead = claim(now=now - timedelta(seconds=61))
    heir = claim(now=now)
    with pytest.raises(StillRunning):
        claim(now=now)
    with pytest.raises(Refused, match="still running"):
        api_requests.finish(row=dead, status_code=201, body={})
    api_requests.forget(row=dead)
    api_requests.finish(row=heir, status_code=201, body={"id": 1})
    assert list(ApiRequest.objects.values_list("status_code", "body")) == [(201, {"id": 1})]


def test_a_crash_undoes_the_work_and_a_retry_does_it(
    api: Client, departure: Departure, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose_connection(**_kwargs: Any) -> None:
        raise OperationalError("the server closed the connection")

    with monkeypatch.context() as broken:
        broken.setattr(api_requests, "finish", lose_connection)
        assert post(api, wish(departure)).status_code == 500
    assert (Booking.objects.count(), Message.objects.count(), ApiRequest.objects.count()) == (0, 0, 0)
    departure.refresh_from_db()
    assert departure.seats_taken == 0
    assert post(api, wish(departure)).status_code == 201


def test_without_the_header_nothing_is_kept(api: Client, departure: Departure) -> None:
    for _ in range(2):
        assert api.post(PATH, wish(departure), content_type="application/json").status_code == 201
    assert (Booking.objects.count(), ApiRequest.objects.count()) == (2, 0)


def test_what_is_older_than_a_day_is_pruned(api: Client, departure: Departure) -> None:
    post(api, wish(departure), key="old")
    ApiRequest.objects.update(created_at=timezone.now() - timedelta(hours=24))
    post(api, wish(departure), key="new")
    assert prune_api_requests() == 1
    assert list(ApiRequest.objects.values_list("key", flat=True)) == ["new"]


@pytest.mark.django_db(transaction=True)
def test_the_same_request_from_eight_threads_makes_one_booking(departure: Departure) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory belongs to one thread; on PostgreSQL this runs")
    api, statuses, start = caller(), [], threading.Barrier(8)

    def call() -> None:
        start.wait()
        statuses.append(post(api, wish(departure)).status_code)
        connections.close_all()

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert Booking.objects.count() == 1
