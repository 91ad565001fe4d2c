"""Webhooks in every order: only what the provider answers when it is asked decides, so all orders end alike."""

from dataclasses import dataclass
from itertools import permutations
from typing import Any

import pytest

from bookings.actors import SYSTEM
from bookings.models import Booking
from config.management.commands.check_books import all_breaches
from notifications.models import Message
from payments.models import Payment, ProviderEvent, Refund
from payments.services.checkout.start import start_payment
from payments.services.checkout.verify import verify_payment
from payments.services.provider_events.inbox import process_event, store_event
from tests.factories import NOW, make_booking
from tests.provider import Provider

pytestmark = [pytest.mark.e2e, pytest.mark.django_db]
EVENTS = ("charge.success", "charge.failed/cancelled", "charge.refunded", "charge.reversed")
ORDERS = list(permutations(EVENTS))
TIMELINE = ["created", "payment_started"]


@dataclass
class End:
    """All that the webhooks of one payment can change."""

    payment: str
    booking: tuple[str, str, bool]  # status, paid, may money be on its way
    refunds: list[tuple[str, str, str]]
    timeline: list[str]
    mails: list[tuple[str, str]]
    events: list[str]


def end_of(payment: Payment) -> End:
    payment.refresh_from_db()
    booking = Booking.objects.get(pk=payment.booking_id)
    refunds = Refund.objects.filter(payment=payment).order_by("pk")
    mails = Message.objects.filter(topic=booking.topic).order_by("pk")
    return End(
        payment.status,
        (booking.status, f"{booking.paid:.2f}", booking.payment_open),
        [(refund.kind, refund.status, f"{refund.amount:.2f}") for refund in refunds],
        list(booking.events.values_list("kind", flat=True)),
        list(mails.values_list("kind", "status")),
        list(ProviderEvent.objects.filter(payment=payment).order_by("pk").values_list("status", flat=True)),
    )


def begun() -> Payment:
    booking = make_booking()
    return start_payment(booking_id=booking.pk, amount=booking.total, actor=SYSTEM, now=NOW)


def deliver(provider: Provider, payment: Payment, event: str) -> None:
    raw, _headers = provider.webhook(event, payment.tx_ref)
    event_id, _new = store_event(provider="chapa", raw=raw, headers={}, now=NOW)
    process_event(event_id=event_id, now=NOW)


UNTOUCHED = ("booking_confirmation", "queued")
REPLACED = ("booking_confirmation", "withdrawn")
CONFIRMED = [*TIMELINE, "payment_received", "confirmed"]
# What the provider says, from the first webhook on.
ENDS: dict[str, End] = {
    "success": End(
        "succeeded",
        ("confirmed", "2000.00", False),
        [],
        CONFIRMED,
        [REPLACED, ("payment_confirmation", "queued")],
        ["processed"] * 4,
    ),
    "failed/cancelled": End(
        "failed",
        ("pending", "0.00", True),  # the customer may still try again on the same link
        [],
        [*TIMELINE, "payment_failed"],
        [UNTOUCHED, ("payment_failure", "queued")],
        ["processed"] * 4,
    ),
    "refunded": End(
        "succeeded",
        ("pending", "0.00", False),
        [("refund", "succeeded", "2000.00")],
        [*TIMELINE, "payment_taken_back"],
        [UNTOUCHED],
        ["processed"] * 4,
    ),
    "reversed": End(
        "succeeded",
        ("pending", "0.00", False),
        [("reversal", "succeeded", "2000.00")],
        [*TIMELINE, "payment_taken_back"],
        [UNTOUCHED],
        ["processed"] * 4,
    ),
}


@pytest.mark.parametrize("truth", ENDS)
def test_all_orders_end_alike(provider: Provider, truth: str) -> None:
    for order in ORDERS:
        payment = begun()
        provider.mark(payment.tx_ref, truth)
        for event in order:
            deliver(provider, payment, event)
        assert end_of(payment) == ENDS[truth], order
    assert list(all_breaches()) == []


@pytest.mark.parametrize(("truth", "kind"), [("refunded", "refund"), ("reversed", "reversal")])
def test_all_orders_end_alike_after_the_money_was_here(provider: Provider, truth: str, kind: str) -> None:
    for order in ORDERS:
        payment = begun()
        provider.pay(payment.tx_ref)
        verify_payment(payment_id=payment.pk, source="poll", actor=SYSTEM, now=NOW)
        provider.mark(payment.tx_ref, truth)
        for event in order:
            deliver(provider, payment, event)
        assert end_of(payment) == End(
            "succeeded",
            ("confirmed", "0.00", False),
            [(kind, "succeeded", "2000.00")],
            [*CONFIRMED, "payment_taken_back"],
            [REPLACED, ("payment_confirmation", "withdrawn")],
            ["processed"] * 4,
        ), order
    assert list(all_breaches()) == []


def test_all_orders_end_alike_when_the_money_comes_after_a_failure(provider: Provider) -> None:
    """The provider's truth moves on under the webhooks: failed when the first comes, paid from the second on."""
    for order in ORDERS:
        payment = begun()
        for number, event in enumerate(order):
            provider.mark(payment.tx_ref, "success" if number else "failed/cancelled")
            deliver(provider, payment, event)
        end = end_of(payment)
        assert (end.payment, end.booking) == ("succeeded", ("confirmed", "2000.00", False)), order
        assert end.timeline == [*TIMELINE, "payment_failed", "payment_received", "confirmed"], order
        expected: list[Any] = [REPLACED, ("payment_failure", "withdrawn"), ("payment_confirmation", "queued")]
        assert end.mails == expected, order
    assert list(all_breaches()) == []
