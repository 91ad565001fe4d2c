"""POST /api/payment/webhook/: what is signed is stored before it is answered, and nothing else leaves a trace."""

import hashlib
import hmac
import json
import logging
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from notifications import dispatch
from payments.gateway import sandbox_webhook
from payments.models import ProviderEvent
from payments.services.provider_events import inbox
from tests.provider import signed

pytestmark = pytest.mark.django_db
PATH = "/api/payment/webhook/"
SECRET = "whsec-test-0001"
EVENT = {
    "event": "charge.success",
    "first_name": "Abebe",
    "email": "abebe@mail.example.org",
    "mobile": "251911234567",
    "amount": "400.00",
    "status": "success",
    "tx_ref": "CHAPA-7K3M9QX2AB",
}


@pytest.fixture(autouse=True)
def secret(settings: Settings) -> None:
    settings.CHAPA_WEBHOOK_SECRET = SECRET


@pytest.fixture
def woken(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """What would have been published: the broker is the edge."""
    names: list[tuple[str, int]] = []

    def publish(name: str, pk: int) -> bool:
        names.append((name, pk))
        return True

    monkeypatch.setattr(dispatch, "publish", publish)
    return names


def post(raw: bytes | None = None, path: str = PATH, **headers: str) -> Any:
    raw = json.dumps(EVENT).encode() if raw is None else raw
    given = headers or signed(raw, SECRET)
    return Client().post(path, raw, content_type="application/json", headers=given)


def drain() -> None:
    for publisher in dispatch._publishers.values():  # noqa: SLF001
        publisher.jobs.join()


def test_a_signed_event_is_stored_answered_and_handed_to_a_worker(woken: list[tuple[str, int]]) -> None:
    response = post()
    assert (response.status_code, response.json()) == (200, {"status": "stored"})
    event = ProviderEvent.objects.get()
    assert (event.provider, event.status, event.tx_ref) == ("chapa", "received", "CHAPA-7K3M9QX2AB")
    assert event.headers == {"Content-Type": "application/json"}
    assert event.body["mobile"] == event.body["first_name"] == "[removed]"
    drain()
    assert woken == [("payments.process_provider_event", event.pk)]


def test_the_same_bytes_again_are_the_same_row_and_wake_until_they_are_worked_off(
    woken: list[tuple[str, int]],
) -> None:
    assert [post().status_code for _ in range(2)] == [200, 200]
    ProviderEvent.objects.update(status="processed")
    assert post().status_code == 200
    drain()
    assert (ProviderEvent.objects.count(), len(woken)) == (1, 2)


@pytest.mark.parametrize(
    "headers",
    [
        {"x-none": "1"},
        {"x-chapa-signature": ""},
        {"x-chapa-signature": "0" * 64},
        {"x-chapa-signature": "é\x80"},
        {"chapa-signature": hmac.new(SECRET.encode(), SECRET.encode(), hashlib.sha256).hexdigest()},
        signed(json.dumps(EVENT).encode(), "another"),
        signed(json.dumps(EVENT | {"amount": "1.00"}).encode(), SECRET),
    ],
)
def test_what_is_not_signed_right_is_401_and_nothing_is_written(
    headers: dict[str, str], woken: list[tuple[str, int]]
) -> None:
    response = post(None, PATH, **headers)
    assert (response.status_code, response.json()["code"]) == (401, "signature")
    drain()
    assert (ProviderEvent.objects.count(), woken) == (0, [])


def test_without_a_secret_no_event_is_trusted(settings: Settings) -> None:
    settings.CHAPA_WEBHOOK_SECRET = ""
    raw = json.dumps(EVENT).encode()
    response = post(raw, **signed(raw, ""))
    assert (response.status_code, response.json()["code"]) == (503, "not_set_up")
    assert ProviderEvent.objects.count() == 0


def test_at_most_64_kib_are_taken() -> None:
    fits = b'"' + b"x" * (64 * 1024 - 2) + b'"'
    assert post(fits).status_code == 200
    response = post(fits + b" ")
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert ProviderEvent.objects.count() == 1


def test_a_length_beyond_all_numbers_is_413_too() -> None:
    raw = b'"' + b"x" * (64 * 1024) + b'"'
    headers = signed(raw, SECRET)
    response = Client().post(
        PATH, raw, content_type="application/json", headers=headers, CONTENT_LENGTH="99999999999999999999999"
    )
    assert response.status_code == 413
    assert ProviderEvent.objects.count() == 0


def test_a_body_in_chunks_is_411() -> None:
    raw = json.dumps(EVENT).encode()
    response = post(raw, **signed(raw, SECRET), **{"Transfer-Encoding": "chunked"})
    assert (response.status_code, response.json()["code"]) == (411, "length_required")


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head", "options"])
def test_other_methods_are_405_in_json(method: str) -> None:
    response = getattr(Client(), method)(PATH)
    assert (response.status_code, response["Allow"], response["Content-Type"]) == (405, "POST", "application/json")


def test_the_address_works_without_its_last_slash() -> None:
    assert post(path=PATH[:-1]).status_code == 200


def test_csrf_and_parsers_stand_in_nobodys_way() -> None:
    raw = b"not json \xff"
    response = Client(enforce_csrf_checks=True).post(
        PATH, raw, content_type="text/plain", headers=signed(raw, SECRET) | {"Accept": "text/html"}
    )
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert ProviderEvent.objects.get().body == {"unreadable": "10 bytes"}


def test_a_database_that_is_away_is_503_and_tells_no_body_to_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def lose_connection(**_kwargs: Any) -> None:
        raise OperationalError("no connection; the row was (251911234567)")

    monkeypatch.setattr(inbox, "store_event", lose_connection)
    with caplog.at_level(logging.DEBUG):
        response = post()
    assert (response.status_code, response.json()["code"]) == (503, "not_stored")
    assert "251911234567" not in caplog.text


def test_the_sandboxes_door_takes_its_own_signature_only(woken: list[tuple[str, int]]) -> None:
    raw = json.dumps(EVENT).encode()
    assert post(raw, path=f"{PATH}sandbox/").status_code == 401
    assert post(raw, path=f"{PATH}sandbox/", **sandbox_webhook.sign(raw)).status_code == 200
    assert post(raw, **sandbox_webhook.sign(raw)).status_code == 401
    assert [event.provider for event in ProviderEvent.objects.all()] == ["sandbox"]
