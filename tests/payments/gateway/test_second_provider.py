"""A provider of its own in one class, registered by one call: the whole road, and nothing elsewhere knows its name."""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from bookings.actors import SYSTEM, staff
from bookings.links import pay_url
from bookings.models import Booking
from notifications import words
from notifications.models import Message
from payments import providers
from payments.gateway import Answer, Order, State, Transaction, Verdict
from payments.models import ProviderEvent
from payments.refusals.checkout import NotOnlineCurrency
from payments.services.checkout.start import start_payment
from payments.services.provider_events.inbox import process_event
from payments.services.provider_events.reconcile import reconcile_payments
from payments.services.provider_refunds.check import check_refund
from payments.services.provider_refunds.send import send_refund
from payments.services.refunds.request import request_refund
from tests.factories import make_booking, make_user
from tests.rest import leaving

pytestmark = pytest.mark.django_db
SECRET = "only-for-this-test"


@dataclass(frozen=True)
class Ledger:
    """As gateway.Gateway says: what a provider would know, in memory."""

    orders: dict[str, Order]
    paid: dict[str, datetime]
    refunds: dict[str, State]
    method: str = "birrpay"
    label: str = "BirrPay"
    mode: str = "live"

    def initialise(self, order: Order) -> Answer:
        self.orders[order.tx_ref] = order
        link = f"https://pay.birrpay.example/{order.tx_ref}"
        return Answer(Verdict.DONE, "Not paid yet.", State.PENDING, checkout_url=link)

    def verify(self, *, tx_ref: str) -> Answer:
        order, state = self.orders[tx_ref], State.PAID if tx_ref in self.paid else State.PENDING
        raw = {"status": str(state), "amount": f"{order.amount}"}
        return Answer(
            Verdict.DONE,
            "",
            state,
            reference=f"B-{tx_ref}",
            tx_ref=tx_ref,
            amount=order.amount,
            charge=Decimal(5),
            currency=order.currency,
            mode=self.mode,
            raw=raw,
        )

    def cancel(self, *, tx_ref: str) -> Answer:
        return Answer(Verdict.DONE, "The link is over.")

    def refund(self, *, tx_ref: str, reference: str, amount: Decimal, reason: str, refund_ref: str = "") -> Answer:
        self.refunds[f"R-{reference}"] = State.PENDING
        return Answer(Verdict.DONE, "On its way.", State.PENDING, reference=f"R-{reference}")

    def refund_status(self, *, reference: str) -> Answer:
        return Answer(Verdict.DONE, "", self.refunds[reference], reference=reference)

    def transactions(self, *, since: datetime) -> Iterator[Transaction]:
        for tx_ref, when in self.paid.items():
            order = self.orders[tx_ref]
            yield Transaction(f"B-{tx_ref}", State.PAID, order.amount, order.currency, when, identity=tx_ref)


class BirrPay(providers.Provider):
    method = "birrpay"
    label = "BirrPay"
    words = {"en": "BirrPay", "am": "ብርፔይ"}
    prefix = "BIRR"
    currencies = frozenset({"ETB"})
    events = ("payment.paid",)
    secret_name = "BIRRPAY_SECRET"

    def __init__(self) -> None:
        self.ledger = Ledger({}, {}, {})

    def is_set_up(self) -> bool:
        return True

    def gateway(self) -> Ledger:
        return self.ledger

    def secret(self) -> str:
        return SECRET

    def is_signed(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        return hmac.compare_digest(sign(raw), headers.get("X-Birrpay", ""))

    def checkout_pages(self) -> list[str]:
        return ["https://pay.birrpay.example"]


def sign(raw: bytes) -> str:
    return hmac.new(SECRET.encode(), raw, hashlib.sha512).hexdigest()


@pytest.fixture
def birrpay(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> BirrPay:
    settings.CHAPA_SECRET_KEY, settings.PAYMENTS_SANDBOX = "", False
    monkeypatch.setattr(providers, "_registered", dict(providers.by_method()))
    monkeypatch.setattr(words, "METHODS", dict(words.METHODS))
    monkeypatch.setitem(words.CODES, "method", words.METHODS)
    provider = BirrPay()
    providers.register(provider)
    return provider


def told(tx_ref: str, path: str = "/api/payment/webhook/birrpay/", **headers: str) -> Any:
    raw = json.dumps({"event": "payment.paid", "tx_ref": tx_ref}).encode()
    return Client().post(path, raw, content_type="application/json", headers=headers or {"X-Birrpay": sign(raw)})


def test_the_whole_road(birrpay: BirrPay) -> None:
    booking = make_booking(departure=leaving(), now=timezone.now())
    page = Client().get(pay_url(booking).partition("8000")[2])
    assert "BirrPay" in page.content.decode()
    assert "https://pay.birrpay.example" in page["Content-Security-Policy"]

    payment = start_payment(booking_id=booking.pk, actor=SYSTEM, now=timezone.now())
    assert (payment.method, payment.get_method_display(), payment.tx_ref[:5]) == ("birrpay", "BirrPay", "BIRR-")
    assert payment.checkout_url == f"https://pay.birrpay.example/{payment.tx_ref}"
    payment.full_clean(exclude=["booking"])

    birrpay.ledger.paid[payment.tx_ref] = timezone.now()
    assert told(payment.tx_ref).status_code == 200
    event = ProviderEvent.objects.get(provider="birrpay", event="payment.paid")
    assert process_event(event_id=event.pk, now=timezone.now()) == "processed"
    payment.refresh_from_db()
    booking.refresh_from_db()
    assert (payment.status, booking.status, booking.paid) == ("succeeded", "confirmed", payment.amount)
    receipt = Message.objects.get(kind="payment_confirmation")
    assert (receipt.context["method"], words.METHODS["birrpay"]["am"]) == ("birrpay", "ብርፔይ")

    refund = request_refund(
        payment_id=payment.pk, amount=Decimal(100), reason="Ill", way="provider", actor=staff(make_user()),
        now=timezone.now(),
    )  # fmt: skip
    send_refund(refund_id=refund.pk, now=timezone.now())
    birrpay.ledger.refunds[f"R-B-{payment.tx_ref}"] = State.REFUNDED
    check_refund(refund_id=refund.pk, actor=SYSTEM, now=timezone.now())
    refund.refresh_from_db()
    assert (refund.status, Booking.objects.get().paid) == ("succeeded", payment.amount - 100)

    compared = reconcile_payments(now=timezone.now())
    assert (compared["compared"], compared["only_theirs"], compared["complete"]) == (1, [], True)


def test_its_events_are_its_own(birrpay: BirrPay, settings: Settings) -> None:
    settings.CHAPA_WEBHOOK_SECRET = SECRET
    assert told("BIRR-1", **{"X-Birrpay": "0" * 128}).status_code == 401
    assert told("BIRR-1", path="/api/payment/webhook/").status_code == 401  # signed as BirrPay's, sent as Chapa's
    assert told("BIRR-1", path="/api/payment/webhook/nobody/").status_code == 404
    assert not ProviderEvent.objects.exists()


def test_only_its_currencies_are_taken(birrpay: BirrPay) -> None:
    booking = make_booking(departure=leaving(), now=timezone.now())
    Booking.objects.update(currency="USD")
    with pytest.raises(NotOnlineCurrency):
        start_payment(booking_id=booking.pk, actor=SYSTEM, now=timezone.now())
    assert birrpay.ledger.orders == {}


def test_a_name_is_given_once(birrpay: BirrPay) -> None:
    with pytest.raises(ImproperlyConfigured):
        providers.register(BirrPay())
