"""What no client should send, and some do."""

import json
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from bookings.models import SCOPES, ApiKey

pytestmark = pytest.mark.django_db
PATH = "/api/booking/"


@pytest.fixture
def api() -> Client:
    cache.clear()
    _row, key = ApiKey.objects.create_key(name="website", scopes=[scope for scope, _label in SCOPES])
    return Client(headers={"Authorization": f"Api-Key {key}"})


def code_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe{\x00}\x00",
        b'{"party_size": NaN}',
        b'{"party_size": -Infinity}',
        b'{"notes": "\xed\xa0\x80"}',
        b'{"notes": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"customer": {"language": "a\\u0000"}}',
        b'{"party_size": ' + b"9" * 5000 + b"}",
        b"[" * 30_000,
        b"[" * 500 + b"]" * 500,
        b'{"a":' * 21 + b"1" + b"}" * 21,
    ],
)
def test_what_is_not_plain_json_is_400(api: Client, body: bytes) -> None:
    response = api.post(PATH, body, content_type="application/json")
    if body:
        assert code_of(response) == (400, "parse_error")
    else:
        assert (response.status_code, list(response.json())) == (400, ["departure", "party_size", "customer"])


@pytest.mark.parametrize("body", [[], "text", 7, None, True, [[]], {"customer": []}, {"travellers": {}}])
def test_json_of_another_shape_is_400(api: Client, body: Any) -> None:
    response = api.post(PATH, json.dumps(body), content_type="application/json")
    assert response.status_code == 400
    assert isinstance(response.json(), dict)


def test_a_number_beyond_floats_is_400(api: Client) -> None:
    response = api.post(PATH, b'{"party_size": 1e999}', content_type="application/json")
    assert response.status_code == 400
    assert response.json()["party_size"] == ["A valid integer is required."]


def test_64_kib_is_read_and_one_byte_more_is_413(api: Client) -> None:
    start, end = b'{"notes": "', b'"}'
    full = start + b"x" * (64 * 1024 - len(start) - len(end)) + end
    assert api.post(PATH, full, content_type="application/json").status_code == 400
    assert code_of(api.post(PATH, full + b" ", content_type="application/json")) == (413, "too_large")


def test_a_chunked_body_is_411(api: Client) -> None:
    response = api.post(PATH, b"", content_type="application/json", headers={"Transfer-Encoding": "chunked"})
    assert code_of(response) == (411, "length_required")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_another_content_type_is_415(api: Client, content_type: str) -> None:
    response = api.generic("POST", PATH, b'{"a": 1}', content_type=content_type)
    assert code_of(response) == (415, "unsupported_media_type")


def test_the_charset_of_the_content_type_is_ignored(api: Client) -> None:
    response = api.generic("POST", PATH, '{"notes": "ሰላም"}'.encode(), content_type="application/json; charset=utf-16")
    assert (response.status_code, "notes" in response.json()) == (400, False)


@pytest.mark.parametrize("accept", ["text/html", "application/xml;q=1", "nonsense;;;", ""])
def test_the_answer_is_json_whatever_is_accepted(api: Client, accept: str) -> None:
    response = api.get("/api/departures/?format=xml", headers={"Accept": accept})
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_a_query_of_too_many_parameters_is_400(api: Client) -> None:
    response = api.get(PATH, query_params={f"a{n}": "1" for n in range(5001)})
    assert code_of(response) == (400, "parse_error")


@pytest.mark.parametrize("number", ["true", '"2"', '"١"', "2.0", "2e0", "-2", "0", "501", "2.5", "null", "[2]"])
def test_a_party_is_a_whole_number_without_quotes(api: Client, number: str) -> None:
    response = api.post(PATH, f'{{"party_size": {number}}}', content_type="application/json")
    assert response.status_code == 400
    assert "party_size" in response.json()


@pytest.mark.parametrize(
    "day", ["٢٠٢٦-١١-٢٣", "20261123", "2026-W48-1", "2026-11-31", "1_000", "2026-1-1", "+2026-11-23"]
)
@pytest.mark.parametrize("name", ["from", "to"])
def test_a_day_in_another_spelling_is_named(api: Client, name: str, day: str) -> None:
    response = api.get("/api/departures/", {name: day})
    assert (response.status_code, list(response.json())) == (400, [name])
