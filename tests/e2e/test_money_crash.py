"""Web and worker killed twice while 200 customers pay: whoever paid has paid once, and has heard of it."""

import http.client
import json
import random
import time
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from bookings.models import ApiRequest, Booking
from notifications.models import Message
from payments.models import Payment, ProviderEvent
from tests.e2e.conftest import Stack, every_second, wait_until
from tests.e2e.money import Connection, integration, to_be_paid
from tests.e2e.smtp import Inbox
from tests.provider import Provider

pytestmark = [pytest.mark.services, pytest.mark.e2e]
PAYMENTS, CUSTOMERS = 200, 8  # in all, at once
DICE = random.Random(20261123)
AWAY = (OSError, http.client.HTTPException)


class Customer:
    """One after the other they ask for a link, pay at the provider, and the provider tells us, if it can."""

    def __init__(self, url: str, headers: dict[str, str], provider: Provider) -> None:
        self.url, self.headers, self.provider = url, headers, provider
        self.connection = Connection(url, **headers)

    def pay(self, booking: Booking) -> None:
        tx_ref = self.initiate(booking)
        self.provider.pay(tx_ref)
        raw, headers = self.provider.webhook("charge.success", tx_ref)
        for _attempt in range(3):  # then it is lost, and the poll has to find out
            if self.send(reverse("api-payment-webhook"), raw, headers)[0] == 200:
                return
            time.sleep(0.2)

    def initiate(self, booking: Booking) -> str:
        """The same key until there is an answer; another one when that attempt came to nothing."""
        body = json.dumps({"booking": booking.reference, "amount": f"{booking.total:.2f}"}).encode()
        key, code, answer = 1, 0, b""
        for _attempt in range(600):
            headers = {"Content-Type": "application/json", "Idempotency-Key": f"{booking.reference}-{key}"}
            code, answer = self.send(reverse("api-payment-initiate"), body, headers)
            payment = json.loads(answer) if code == 201 else {}
            if payment.get("checkout_url"):
                return str(payment["tx_ref"])
            key += code == 201
            time.sleep(0.2)
        raise TimeoutError(f"{booking}: {code} {answer[:500]!r}")

    def send(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, bytes]:
        try:
            code, answer = self.connection.send("POST", path, body, headers)
        except AWAY:
            self.connection = Connection(self.url, **self.headers)
            return 0, b""
        return code, answer


def time_passes() -> None:
    """What only waiting would bring: the leases of the dead are over, and the provider is asked again."""
    now, long_ago = timezone.now(), timedelta(minutes=3)
    ApiRequest.objects.filter(status_code=None).update(created_at=F("created_at") - long_ago)
    Payment.objects.filter(status="created").update(created_at=F("created_at") - long_ago)
    Payment.objects.filter(next_check_at__isnull=False).update(next_check_at=now)
    ProviderEvent.objects.filter(status="received").update(next_try_at=now)


def kill_and_restart(house: Stack, provider: Provider, after: int) -> None:
    """When `after` payments have begun, at some moment."""
    wait_until(lambda: provider.count("initialize") >= after, f"{after} payments")
    time.sleep(DICE.random() / 5)
    house.kill("worker")
    time.sleep(DICE.random() / 5)
    house.kill("web")
    time_passes()
    house.start_web()
    house.start_worker(2)


def test_two_kills_during_200_payments_lose_nothing_and_take_nothing_twice(
    house: Stack, provider: Provider, inbox: Inbox, capsys: pytest.CaptureFixture[str]
) -> None:
    every_second("payments.settle_open_payments", "notifications.send_due_messages")
    bookings = to_be_paid(PAYMENTS)
    inbox.seconds = 0.005
    url = house.start_web()
    house.start_worker(2)
    house.start_beat()
    customers = [Customer(url, integration(url, f"shop {n}").headers, provider) for n in range(CUSTOMERS)]
    with ThreadPoolExecutor(CUSTOMERS) as pool:
        shares: list[Future[list[None]]] = [
            pool.submit(lambda c=customer, n=number: [c.pay(b) for b in bookings[n::CUSTOMERS]])  # type: ignore[misc]
            for number, customer in enumerate(customers)
        ]
        for least, most in ((20, 80), (110, 180)):
            kill_and_restart(house, provider, DICE.randint(least, most))
        while not all(share.done() for share in shares):  # the provider is asked sooner about what is unclear
            Payment.objects.filter(status="unknown").update(next_check_at=timezone.now())
            time.sleep(0.5)
        for share in shares:
            share.result()
    time_passes()
    wait_until(all_settled, "the sweeps", 300)
    assert_each_paid_once(bookings, provider)
    assert_each_told(bookings, inbox)
    call_command("check_books")
    assert "Books are clean" in capsys.readouterr().out


def all_settled() -> bool:
    paid = Booking.objects.filter(status="confirmed", paid=F("total")).count()
    return paid == PAYMENTS and not Message.objects.filter(status__in=("queued", "sending")).exists()


def assert_each_paid_once(bookings: list[Booking], provider: Provider) -> None:
    ours = dict(Payment.objects.filter(status="succeeded").values_list("tx_ref", "booking__reference"))
    theirs = {tx.tx_ref for tx in provider.book.txs.values() if tx.status == "success"}
    assert set(ours) == theirs
    assert Counter(ours.values()) == {booking.reference: 1 for booking in bookings}
    assert set(Booking.objects.values_list("status", "paid")) == {("confirmed", bookings[0].total)}


def assert_each_told(bookings: list[Booking], inbox: Inbox) -> None:
    """Once, or twice where the message itself says that it may have arrived twice."""
    confirmations = Message.objects.filter(kind="payment_confirmation")
    assert Counter(confirmations.values_list("topic", flat=True)) == {booking.topic: 1 for booking in bookings}
    assert set(confirmations.values_list("status", flat=True)) == {"sent"}
    arrived = Counter(inbox.ids())
    missing = [message.topic for message in confirmations if not arrived[message.message_id]]
    twice = {message.message_id for message in Message.objects.all() if arrived[message.message_id] > 1}
    flagged = {message.message_id for message in Message.objects.filter(possible_duplicate=True)}
    assert missing == []
    assert twice <= flagged
