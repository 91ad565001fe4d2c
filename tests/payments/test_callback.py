"""GET /api/payment/callback/: anybody may call it, it always says the same, and it only makes us ask sooner."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from bookings.actors import SYSTEM
from bookings.models import Booking
from notifications import dispatch
from payments.models import Payment, SandboxCheckout
from payments.services.checkout import hints
from payments.services.checkout.start import start_payment
from payments.tasks import settle_payment
from tests.factories import make_booking
from tests.rest import leaving

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
PATH = "/api/payment/callback/"


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids of the payments whose task would have been published."""
    cache.clear()
    ids: list[int] = []

    def publish(_name: str, pk: int) -> bool:
        ids.append(pk)
        return True

    monkeypatch.setattr(dispatch, "publish", publish)
    return ids


@pytest.fixture
def payment() -> Payment:
    now = timezone.now()
    return start_payment(booking_id=make_booking(departure=leaving(), now=now).pk, actor=SYSTEM, now=now)


def call(query: str = "", path: str = PATH, **options: Any) -> Any:
    response = Client().get(path + query, **options)
    for publisher in dispatch._publishers.values():  # noqa: SLF001
        publisher.jobs.join()
    return response


def test_a_hint_makes_the_payment_due_and_wakes_a_worker(payment: Payment, woken: list[int]) -> None:
    response = call(f"?trx_ref={payment.tx_ref}&ref_id=AP1&status=success")
    assert (response.status_code, response.json()) == (200, {"detail": "Noted."})
    payment.refresh_from_db()
    assert (payment.status, woken) == ("pending", [payment.pk])
    assert payment.next_check_at is not None
    assert payment.next_check_at <= timezone.now()


@pytest.mark.parametrize("name", ["trx_ref", "tx_ref"])
def test_both_names_count_as_parameter_and_in_a_body(payment: Payment, woken: list[int], name: str) -> None:
    call(f"?{name}={payment.tx_ref}", path=PATH[:-1])
    Payment.objects.update(next_check_at=None)
    body = json.dumps({name: payment.tx_ref, "status": "success"})
    Client().generic("GET", PATH, body, content_type="application/json")
    call()
    assert woken == [payment.pk] * 2


@pytest.mark.parametrize(
    "query",
    ["", "?trx_ref=", "?trx_ref=CHAPA-UNKNOWN", "?trx_ref=%00", "?tx_ref=" + "x" * 3000, "?trx_ref=%ff&tx_ref=a"],
)
def test_whoever_asks_for_whatever_hears_the_same(query: str, woken: list[int]) -> None:
    response = call(query)
    assert (response.status_code, response.json(), woken) == (200, {"detail": "Noted."}, [])


@pytest.mark.parametrize("body", [b"{", b"[1]", b'{"trx_ref": ["a"]}', b'{"trx_ref": "\\u0000"}', b"x" * 70_000])
def test_a_strange_body_hears_the_same(body: bytes) -> None:
    response = Client().generic("GET", PATH, body, content_type="application/json")
    assert (response.status_code, response.json()) == (200, {"detail": "Noted."})
    assert Client().generic("GET", PATH, body, content_type="text/plain").status_code == 200


def test_hints_in_a_row_ask_once_in_ten_seconds(payment: Payment, woken: list[int]) -> None:
    for _ in range(5):
        call(f"?trx_ref={payment.tx_ref}")
    assert woken == [payment.pk]
    Payment.objects.update(next_check_at=timezone.now() - timedelta(seconds=11))  # the task was lost
    call(f"?trx_ref={payment.tx_ref}")
    assert woken == [payment.pk] * 2


def test_a_hint_right_after_a_question_is_kept_for_the_sweep(payment: Payment) -> None:
    now = timezone.now()
    Payment.objects.update(checked_at=now - timedelta(seconds=2))
    assert hints.note_hint(tx_ref=payment.tx_ref, now=now) is None
    payment.refresh_from_db()
    assert payment.next_check_at == now + timedelta(seconds=10)


@pytest.mark.parametrize(
    ("status", "days", "asked"),
    [
        ("succeeded", 0, False),
        ("review", 0, False),
        ("failed", 6, True),
        ("expired", 6, True),
        ("expired", 8, False),
        ("unknown", 8, True),
    ],
)
def test_only_what_may_still_move_is_asked_about(
    payment: Payment, woken: list[int], status: str, days: int, asked: bool
) -> None:
    created_at = timezone.now() - timedelta(days=days)
    Payment.objects.update(status=status, created_at=created_at, next_check_at=None)
    call(f"?trx_ref={payment.tx_ref}")
    assert woken == [payment.pk] * asked


def test_the_task_settles_once_and_leaves_what_a_sweep_has(payment: Payment) -> None:
    SandboxCheckout.objects.update(status="success")
    assert settle_payment(payment.pk) == "pending"  # nobody hinted
    call(f"?trx_ref={payment.tx_ref}")
    assert [settle_payment(payment.pk) for _ in range(2)] == ["succeeded", "succeeded"]
    assert settle_payment(0) == "gone"


def test_a_hint_about_an_expired_payment_that_stays_unpaid_keeps_no_hold(payment: Payment) -> None:
    Payment.objects.update(status="expired", created_at=timezone.now() - timedelta(hours=2), next_check_at=None)
    call(f"?trx_ref={payment.tx_ref}")
    assert settle_payment(payment.pk) == "expired"
    payment.refresh_from_db()
    assert (payment.next_check_at, Booking.objects.get().payment_open) == (None, False)


def test_an_address_that_calls_too_often_is_429() -> None:
    for _ in range(120):
        assert Client().get(PATH).status_code == 200
    response = Client().get(PATH)
    assert response.status_code == 429
    assert int(response["Retry-After"]) > 0


def test_the_addresses_of_one_ipv6_network_are_counted_together() -> None:
    asked = [Client(REMOTE_ADDR=f"2001:db8:7:1::{number:x}").get(PATH).status_code for number in range(1, 122)]
    assert asked == [200] * 120 + [429]
    assert Client(REMOTE_ADDR="2001:db8:7:2::1").get(PATH).status_code == 200


def test_only_get() -> None:
    assert Client().post(PATH).status_code == 405
