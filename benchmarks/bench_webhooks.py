"""How soon a webhook is answered while neither broker nor worker is there: `make bench` prints milliseconds."""

import time
from statistics import quantiles

import pytest
from django.urls import reverse

from tests.e2e.conftest import Stack
from tests.e2e.money import Connection, started, to_be_paid, together
from tests.e2e.rabbit import Node
from tests.provider import Provider

pytestmark = pytest.mark.services


def test_webhooks_without_a_broker(house: Stack, provider: Provider, rabbit: Node) -> None:
    payments = started(to_be_paid(50))
    events = [provider.webhook("charge.success", payment.tx_ref) for payment in payments] * 4
    rabbit.stop()
    try:
        url = house.start_web()
        seconds = [s for share in together(*[lambda n=n: timed(url, events[n::4]) for n in range(4)]) for s in share]
    finally:
        rabbit.start()
    twentieths = quantiles(seconds, n=20)
    print(f"\nwebhooks, 4 connections: median {twentieths[9] * 1000:.0f} ms, 95 % under {twentieths[18] * 1000:.0f} ms")


def timed(url: str, events: list[tuple[bytes, dict[str, str]]]) -> list[float]:
    connection, seconds = Connection(url), []
    for raw, headers in events:
        began = time.perf_counter()
        code, _body = connection.send("POST", reverse("api-payment-webhook"), raw, headers)
        assert code == 200
        seconds.append(time.perf_counter() - began)
    return seconds
