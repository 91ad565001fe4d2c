"""One payment told of by everybody at once, and webhooks while nothing but the web and the database is up."""

import contextlib
import threading
import time
from collections import Counter

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from bookings.actors import SYSTEM
from bookings.models import Booking
from notifications.models import Message
from payments.models import Payment, ProviderEvent
from payments.services.checkout.poll import verify_due
from payments.services.ledger import change, credit, number_receipts
from tests.e2e.conftest import Stack, every_second, wait_until
from tests.e2e.money import Connection, books, clerk_at, mails_of, started, to_be_paid, together
from tests.e2e.rabbit import Node
from tests.e2e.smtp import Inbox
from tests.provider import Provider
from tests.provider_faults import Fault

pytestmark = [pytest.mark.services, pytest.mark.e2e]
CONNECTIONS = 20


def post(connection: Connection, raw: bytes, headers: dict[str, str]) -> int:
    """HTTP code"""
    code: int = connection.send("POST", reverse("api-payment-webhook"), raw, headers)[0]
    return code


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_money_counts_twice(provider: Provider) -> None:
    """Look, then write: what verify_payment() does not do. The race is there."""
    [booking] = to_be_paid(1)
    [payment] = started([booking])
    both_looked = threading.Barrier(2)

    def naive() -> None:
        found = Payment.objects.select_related("booking__departure__trip", "booking__customer").get(pk=payment.pk)
        if found.status == Payment.Status.SUCCEEDED:
            return
        both_looked.wait(60)
        with transaction.atomic():
            change([found], {"status": Payment.Status.SUCCEEDED, "received_at": timezone.now()})
            number_receipts([found])
            credit([found], SYSTEM, timezone.now())

    together(naive, naive)
    booking.refresh_from_db()
    assert booking.paid == 2 * booking.total
    assert booking.events.filter(kind="payment_received").count() == 2
    assert books() != []


def test_one_webhook_100_times_with_a_poll_a_callback_and_a_click_counts_once(
    house: Stack, provider: Provider, inbox: Inbox
) -> None:
    every_second("payments.settle_open_payments", "notifications.send_due_messages")
    [booking] = to_be_paid(1)
    [payment] = started([booking])
    provider.pay(payment.tx_ref)
    let_all_ask_before_one_hears(provider, 3)
    raw, headers = provider.webhook("charge.success", payment.tx_ref)
    house.start_worker(2)
    house.start_beat()
    house.environment["WEB_CONCURRENCY"] = "2"
    url = house.start_web()
    clerk = clerk_at(url, "payments.view_payment", "payments.verify_payment")
    Payment.objects.update(next_check_at=timezone.now())

    def storm() -> list[int]:
        connection = Connection(url)
        return [post(connection, raw, headers) for _ in range(100 // CONNECTIONS)]

    callback = f"{reverse('api-payment-callback')}?trx_ref={payment.tx_ref}&status=success"
    *storms, polled, called, clicked = together(
        *[storm] * CONNECTIONS,
        lambda: verify_due(now=timezone.now()),
        lambda: Connection(url).send("GET", callback)[0],
        lambda: clerk.press("verify", payment)[0],
    )
    assert storms == [[200] * 5] * CONNECTIONS
    assert (set(polled), called, clicked) == ({"asked", "moved"}, 200, 302)
    wait_until(lambda: ProviderEvent.objects.get().status == "processed", "the event")
    wait_until(lambda: Message.objects.filter(kind="payment_confirmation", status="sent").exists(), "the mail")
    time.sleep(1.5)  # a second mail would be on its way
    assert provider.count("verify") >= 3
    assert_settled_once(payment, inbox)


def let_all_ask_before_one_hears(provider: Provider, number: int) -> None:
    """Verify answers when so many wait for its answer: then all of them go and write at the same moment."""
    everybody, next_fault = threading.Barrier(number), provider.next_fault

    def gate(call: str) -> Fault | None:
        if call == "verify":
            with contextlib.suppress(threading.BrokenBarrierError):
                everybody.wait(3)
        return next_fault(call)

    provider.next_fault = gate  # type: ignore[method-assign]


def assert_settled_once(payment: Payment, inbox: Inbox) -> None:
    booking = Booking.objects.get(pk=payment.booking_id)
    assert (booking.status, booking.paid) == ("confirmed", booking.total)
    assert list(Payment.objects.values_list("status", "receipt_number")) == [("succeeded", 1)]
    kinds = list(booking.events.values_list("kind", flat=True))
    assert kinds == ["created", "payment_started", "payment_received", "confirmed"]
    assert mails_of(booking) == [("booking_confirmation", "sent"), ("payment_confirmation", "sent")]
    assert [mail["To"] for mail in inbox.mails] == [booking.customer.email]
    assert books() == []


def test_webhooks_are_answered_without_broker_and_workers_and_settled_when_these_return(
    house: Stack, provider: Provider, inbox: Inbox, rabbit: Node
) -> None:
    every_second("payments.settle_open_payments", "notifications.send_due_messages")
    bookings = to_be_paid(50)
    payments = started(bookings)
    for payment in payments:
        provider.pay(payment.tx_ref)
    kinds = ("charge.failed/cancelled", "charge.success", "charge.refunded", "charge.reversed")  # verify knows better
    events = [provider.webhook(kind, payment.tx_ref) for payment in payments for kind in kinds]
    noise = [provider.webhook("charge.success", provider.add(f"OTHER-{n}", "10").tx_ref) for n in range(40)]
    rabbit.stop()
    try:
        url = house.start_web()
        answers = send_all(url, noise + events)
    finally:
        rabbit.start()
    assert set(answers) == {200}
    assert Counter(ProviderEvent.objects.values_list("status", flat=True)) == {"received": 240}
    house.start_worker(2)
    house.start_beat()
    confirmations = Message.objects.filter(kind="payment_confirmation", status="sent")
    wait_until(lambda: confirmations.count() == 50, "all confirmations", 300)
    wait_until(lambda: not ProviderEvent.objects.filter(status="received").exists(), "all events")
    statuses = Counter(ProviderEvent.objects.values_list("status", flat=True))
    assert statuses == {"processed": 200, "unmatched": 40}
    assert set(Booking.objects.values_list("status", "paid")) == {("confirmed", bookings[0].total)}
    assert Counter(mail["To"] for mail in inbox.mails) == {booking.customer.email: 1 for booking in bookings}
    assert books() == []


def send_all(url: str, events: list[tuple[bytes, dict[str, str]]]) -> list[int]:
    """Over four connections."""

    def share(number: int) -> list[int]:
        connection = Connection(url)
        return [post(connection, raw, headers) for raw, headers in events[number::4]]

    return [answer for answers in together(*[lambda n=n: share(n) for n in range(4)]) for answer in answers]
