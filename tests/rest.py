"""Another system that calls the API, for the tests of its parts."""

from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from bookings.models import SCOPES, ApiKey, Departure
from tests.factories import make_departure

ALL = [scope for scope, _label in SCOPES]


def caller(name: str = "website", scopes: list[str] | None = None, **fields: Any) -> Client:
    _row, key = ApiKey.objects.create_key(name=name, scopes=ALL if scopes is None else scopes, **fields)
    return Client(headers={"Authorization": f"Api-Key {key}"})


def leaving(days: float = 10, **fields: Any) -> Departure:
    return make_departure(starts_at=timezone.now() + timedelta(days=days), **fields)


def wish(on: Departure, **changes: Any) -> dict[str, Any]:
    customer = {"name": "አበበ ቢቂላ", "email": "Abebe@Mail.Example.org", "user_id": "u-7"}
    return {"departure": on.code, "party_size": 2, "customer": customer} | changes


def post(api: Client, path: str, body: Any, key: str = "", **headers: str) -> Any:
    """`key` is the Idempotency-Key."""
    named = {"Idempotency-Key": key} if key else {}
    return api.post(path, body, content_type="application/json", headers=named | headers)
