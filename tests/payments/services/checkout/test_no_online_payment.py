"""Without a provider's key, and without anybody having asked for the sandbox, nothing confirms a booking unpaid."""

from decimal import Decimal

import pytest
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from bookings.actors import SYSTEM
from bookings.links import pay_url
from bookings.models import Booking
from config.management.commands.check_books import all_breaches
from notifications.models import Message
from notifications.refusals import Refused
from payments.gateway import sandbox_webhook
from payments.gateway.sandbox import Sandbox
from payments.models import Payment, ProviderEvent, SandboxCheckout
from payments.services.checkout import hints
from payments.services.checkout.poll import verify_due
from payments.services.checkout.start import start_payment
from payments.services.provider_events import inbox
from payments.services.provider_events.reconcile import reconcile_payments
from payments.tasks import send_sandbox_webhook
from tests.desk import desk, press
from tests.factories import make_booking
from tests.provider import Provider
from tests.rest import caller, leaving

pytestmark = pytest.mark.django_db
HOW = "Pay at our office in cash or by card, or by bank transfer. Please give the booking reference with your payment."


@pytest.fixture
def booking(settings: Settings) -> Booking:
    """One of a house that believes nobody's play money; the first page of the customer was open before."""
    cache.clear()
    settings.PAYMENTS_SANDBOX = False
    return make_booking(departure=leaving(), now=timezone.now())


@pytest.fixture
def open_before(settings: Settings) -> Payment:
    """A sandbox payment that was begun while the sandbox was on."""
    cache.clear()
    booking = make_booking(departure=leaving(), now=timezone.now())
    payment = start_payment(booking_id=booking.pk, actor=SYSTEM, now=timezone.now())
    settings.PAYMENTS_SANDBOX = False
    return payment


def test_nothing_is_begun_and_the_sentence_says_how_else_to_pay(booking: Booking) -> None:
    with pytest.raises(Refused) as refused:
        start_payment(booking_id=booking.pk, actor=SYSTEM, now=timezone.now())
    assert (refused.value.code, refused.value.detail) == (
        "online_payment_unavailable",
        f"Online payment isn't offered here. {HOW}",
    )
    with pytest.raises(ImproperlyConfigured):
        Sandbox()
    assert Payment.objects.count() == 0


def test_the_customers_page_says_how_else_to_pay(booking: Booking) -> None:
    path = pay_url(booking).removeprefix("http://127.0.0.1:8000")
    for page in (Client().get(path), Client().post(path, {"amount": "600.00"})):
        text = page.content.decode()
        assert "This can’t be paid online" in text
        assert HOW in text
        assert "Continue to payment" not in text
        assert "Sandbox" not in text
    assert Payment.objects.count() == 0


def test_mails_hold_no_link_and_say_how_to_pay(booking: Booking) -> None:
    [mail] = Message.objects.filter(topic=booking.topic)
    assert (mail.context["pay_url"], mail.context["how_to_pay"]) == ("", HOW)


def test_the_desk_offers_no_link(booking: Booking) -> None:
    client = desk("payments.request_payment", "bookings.view_booking", "payments.view_payment")
    assert "act/payment-link/" not in client.get(f"/admin/bookings/booking/{booking.pk}/change/").content.decode()


def test_the_api_answers_with_a_code(booking: Booking) -> None:
    Booking.objects.update(integration="website")
    body = {"booking": booking.reference}
    answer = caller().post("/api/payment/initiate/", body, content_type="application/json")
    assert (answer.status_code, answer.json()) == (
        409,
        {"code": "online_payment_unavailable", "detail": f"Online payment isn't offered here. {HOW}"},
    )


def test_what_was_open_before_confirms_nothing(open_before: Payment) -> None:
    checkout = SandboxCheckout.objects.get()
    path = f"/sandbox/checkout/{checkout.token}/"
    assert Client().get(path).status_code == 404
    assert Client().post(path, {"button": "pay"}).status_code == 404
    # Paid a moment before it was switched off, and told by an event that was stored then.
    SandboxCheckout.objects.update(status="success")
    checkout.refresh_from_db()
    raw = sandbox_webhook.event_of(checkout)
    headers = sandbox_webhook.sign(raw)
    answer = Client().post("/api/payment/webhook/sandbox/", raw, content_type="application/json", headers=headers)
    assert (answer.status_code, ProviderEvent.objects.count()) == (404, 0)
    now = timezone.now()
    event_id, _new = inbox.store_event(provider="sandbox", raw=raw, headers={}, now=now)
    inbox.process_event(event_id=event_id, now=now)
    assert send_sandbox_webhook(checkout.pk) == "nothing to tell"
    hints.verify_hinted(payment_id=open_before.pk, now=now)
    Payment.objects.update(next_check_at=now)
    verify_due(now=now)
    assert Client().get(f"/pay/return/{open_before.tx_ref}/").status_code == 200
    assert reconcile_payments(now=now)["complete"] is True

    open_before.refresh_from_db()
    open_before.booking.refresh_from_db()
    booking = open_before.booking
    assert (open_before.status, booking.status, booking.paid) == ("pending", "pending", Decimal(0))
    assert list(all_breaches()) == []


def test_what_was_open_before_is_closed_by_staff(open_before: Payment) -> None:
    clerk = desk("payments.view_payment", "payments.review_payment")
    assert press(clerk, "close-unanswered", open_before, reason="No sandbox any more").status_code == 302
    open_before.refresh_from_db()
    assert open_before.status == "expired"


def test_beside_a_key_the_sandbox_stays_off_although_it_was_asked_for(
    open_before: Payment, provider: Provider, settings: Settings
) -> None:
    settings.PAYMENTS_SANDBOX = True
    assert Client().get(f"/sandbox/checkout/{SandboxCheckout.objects.get().token}/").status_code == 404
    other = make_booking(departure=leaving(), now=timezone.now())
    assert start_payment(booking_id=other.pk, actor=SYSTEM, now=timezone.now()).method == "chapa"
    assert other.paid == Decimal(0)
