"""Two at once who begin a payment: one order at the provider, one link."""

import threading
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from bookings.actors import SYSTEM
from bookings.links import pay_url
from bookings.models import Booking
from notifications.refusals import Refused
from payments.models import Payment
from payments.services.checkout.start import start_payment
from payments.services.checkout.verify import verify_payment
from tests.attempts import CUSTOMER
from tests.factories import make_booking
from tests.provider import Provider
from tests.rest import caller, leaving
from tests.uncommitted import uncommitted

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def booking() -> Booking:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory belongs to one thread; on PostgreSQL this runs")
    return make_booking(departure=leaving(), now=timezone.now(), integration="website")


def at_once(count: int, call: Callable[[], Any]) -> list[Any]:
    answers, start = [], threading.Barrier(count)

    def run() -> None:
        start.wait()
        answers.append(call())
        connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_double_click_on_a_slow_provider_leads_both_to_one_link(booking: Booking, provider: Provider) -> None:
    provider.tell("initialize", "slow", seconds=0.6)
    path = pay_url(booking).removeprefix("http://127.0.0.1:8000")
    answers = at_once(3, lambda: Client().post(path, {"amount": "600.00"}))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 303]
    link = Payment.objects.get().checkout_url
    for answer in answers:
        if answer.status_code == 200:
            assert "url=?looks=1&amp;amount=600.00" in answer.content.decode()
        else:
            assert answer["Location"] == link
    there = Client().get(path, {"looks": "1", "amount": "600.00"})
    assert (there.status_code, there["Location"]) == (303, link)
    assert provider.count("initialize") == 1


@pytest.mark.parametrize("key", ["", "one"])
def test_eight_orders_at_once_make_one_payment(booking: Booking, provider: Provider, key: str) -> None:
    provider.tell("initialize", "slow", seconds=0.3)
    api, body = caller(), {"booking": booking.reference}
    headers = {"Idempotency-Key": key} if key else {}

    def initiate() -> Any:
        return api.post("/api/payment/initiate/", body, content_type="application/json", headers=headers)

    answers = at_once(8, initiate)
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.json().get("code") for answer in answers} <= {None, "in_progress"}
    assert initiate().json()["tx_ref"] == Payment.objects.get().tx_ref
    assert provider.count("initialize") == 1


def test_two_at_once_with_different_amounts_get_their_own_or_none(booking: Booking, provider: Provider) -> None:
    start_payment(booking_id=booking.pk, actor=CUSTOMER, now=timezone.now())
    provider.tell("cancel", "slow", seconds=0.3)
    provider.tell("initialize", "slow", seconds=0.5)
    amounts = iter((Decimal(700), Decimal(1500)))

    def start() -> str:
        wanted = next(amounts)
        try:
            payment = start_payment(booking_id=booking.pk, amount=wanted, actor=CUSTOMER, now=timezone.now())
        except Refused as refusal:
            return refusal.code
        return "its own" if payment.amount == wanted and payment.checkout_url else f"{payment.amount} for {wanted}"

    assert sorted(at_once(2, start)) == ["in_progress", "its own"]
    assert provider.count("initialize") == 2


def somebody_waits_for_a_lock() -> None:
    """Until the database says that somebody waits for us."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(waiting)
            if cursor.fetchone() == (1,):
                return
        time.sleep(0.01)
    raise AssertionError("Nobody waits for a lock.")


def test_a_payment_that_fails_while_it_is_paid_again_leaves_one_living_link(
    booking: Booking, provider: Provider
) -> None:
    first = start_payment(booking_id=booking.pk, actor=CUSTOMER, now=timezone.now())
    provider.mark(first.tx_ref, "failed")
    began: list[Payment] = []

    def press_again() -> None:
        began.append(start_payment(booking_id=booking.pk, actor=CUSTOMER, now=timezone.now()))
        connections.close_all()

    click = threading.Thread(target=press_again)
    with uncommitted():  # the webhook's answer is written, and not committed yet
        verify_payment(payment_id=first.pk, source="webhook", actor=SYSTEM, now=timezone.now())
        click.start()
        somebody_waits_for_a_lock()
    click.join()
    first.refresh_from_db()
    assert (first.status, first.next_check_at, provider.book.txs[first.tx_ref].link_over) == ("failed", None, True)
    assert (began[0].status, provider.book.txs[began[0].tx_ref].link_over) == ("pending", False)


def test_a_webhook_that_is_faster_than_the_answer_gives_the_caller_a_paid_payment(
    booking: Booking, provider: Provider
) -> None:
    provider.tell("initialize", "slow", seconds=1)
    api, answers = caller(), []

    def initiate() -> None:
        body = {"booking": booking.reference}
        answers.append(api.post("/api/payment/initiate/", body, content_type="application/json"))
        connections.close_all()

    call = threading.Thread(target=initiate)
    call.start()
    deadline = time.monotonic() + 10
    while not provider.book.txs and time.monotonic() < deadline:
        time.sleep(0.01)
    payment = Payment.objects.get()
    provider.pay(payment.tx_ref)
    assert (
        verify_payment(payment_id=payment.pk, source="webhook", actor=SYSTEM, now=timezone.now()).payment.status
        == "succeeded"
    )
    call.join()
    [answer] = answers
    shown = answer.json()
    assert (answer.status_code, shown["tx_ref"], shown["status"]) == (201, payment.tx_ref, "succeeded")
