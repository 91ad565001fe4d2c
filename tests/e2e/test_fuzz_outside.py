"""What strangers, customers and other systems can send: every parameter and part of an address, and no 5xx."""

import random
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client

from bookings.models import SCOPES, ApiKey
from tests.desk import booked
from tests.e2e.fuzz import KEYS, VALUES, Hand, encoded, safe
from tests.factories import make_user

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]
PARAMETERS = {
    "/api/departures/": "trip from to cursor page_size",
    "/api/booking/": "user_id cursor",
    "/api/payment/user/": "user_id cursor",
    "/api/payment/callback/": "trx_ref tx_ref",
    "/api/schema/": "format lang version",
    "/api/docs/": "script",
    "/admin/payments/payment/takings/": "first last format",
    "/admin/bookings/booking/add/": "departure customer",
    "/admin/login/": "next",
}
PARTS = (
    *("/api/booking/%s/", "/api/payment/status/%s/", "/pay/%s/", "/pay/return/%s/", "/sandbox/checkout/%s/", "/%s"),
    *("/admin/payments/payment/%s/proof/", "/admin/bookings/departure/%s/manifest/", "/static/%s"),
)


@pytest.fixture
def hand() -> Hand:
    """A superuser who also sends the key of a website."""
    _row, key = ApiKey.objects.create_key(name="website", scopes=[scope for scope, _label in SCOPES])
    client = Client(headers={"Authorization": f"Api-Key {key}"}, raise_request_exception=False)
    client.force_login(make_user(is_superuser=True))
    booked()
    return Hand("stranger", client, random.Random(7))


def addresses() -> Iterator[str]:
    for page, names in PARAMETERS.items():
        for name in names.split():
            always = [("user_id", "a")] if name == "cursor" else []
            yield from (f"{page}?{encoded([(name, value), *always])}" for value in VALUES)
    for page in PARTS:
        yield from (page % safe(value[:3000]) for value in (*VALUES, *KEYS))


def test_no_address_is_a_server_error(hand: Hand) -> None:
    for number, address in enumerate(addresses()):
        if not number % 50:
            cache.clear()  # of the throttles
        hand.get(address)
        if not number % 3:
            hand.post(address, [("button", hand.value()), ("amount", hand.value())])
    assert hand.broken == []
