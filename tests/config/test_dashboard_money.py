"""The first page's cards of money: what waits for a person or a provider."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from bookings.actors import SYSTEM
from bookings.models import Booking
from config.dashboard import machine_cards, money_cards
from payments.models import Refund
from payments.services.checkout.verify import verify_payment
from tests.dashboard import EVERYTHING, figures, pay
from tests.desk import login
from tests.factories import NOW, make_booking, make_user
from tests.provider import Provider

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    provider = Provider()
    settings.CHAPA_SECRET_KEY, settings.CHAPA_BASE_URL = provider.key, provider.base_url
    yield provider
    provider.down()


def test_a_provider_s_key_without_its_webhook_secret_raises_an_alarm_in_every_house(settings: Settings) -> None:
    settings.CHAPA_SECRET_KEY = "CHASECK_TEST-only-for-tests"
    for settings.EMBEDDED in (True, False):
        assert "No webhooks" in figures(machine_cards.replaced())
        assert "Sandbox payments" not in figures(machine_cards.replaced())
    settings.CHAPA_WEBHOOK_SECRET = "whsec-only-for-tests"
    assert "No webhooks" not in figures(machine_cards.replaced())


def test_money_counts_what_waits_for_a_person_or_a_provider() -> None:
    pay(created_at=NOW - timedelta(hours=2))
    pay(method="bank_transfer", created_at=NOW - timedelta(hours=2))
    review = pay(status="review")
    for status in ("requested", "unknown", "succeeded"):
        Refund.objects.create(payment=review, amount=1, status=status, requested_by_label="Test", created_at=NOW)
    late = make_booking()
    Booking.objects.filter(pk=late.pk).update(balance_due_on=NOW.date() - timedelta(days=1))
    request = RequestFactory().get("/")
    request.user = make_user(*EVERYTHING)
    cards = list(money_cards.money(request, NOW))
    assert (cards[0].note, cards[0].url) == (
        "Payments in review, Refunds to approve, Refunds that are unclear, …",
        "/admin/payments/payment/decisions/",
    )
    assert figures(cards) == {
        "Needs a decision": ("4", "bad"),
        "Money on cancelled or expired bookings": ("0", ""),
        "Overdue bookings": ("1", "warn"),
        "Awaited payments": ("1", ""),
        "Payments in review": ("1", "bad"),
        "Online payments open for an hour": ("1", "warn"),
        "Refunds to approve": ("1", "warn"),
        "Refunds with an unknown outcome": ("1", "bad"),
    }


def test_money_that_a_cancelled_or_expired_booking_still_holds_is_shown() -> None:
    for status in ("cancelled", "expired", "pending"):
        Booking.objects.filter(pk=make_booking().pk).update(status=status, paid=Decimal(5), cancel_reason="x")
    Booking.objects.filter(pk=make_booking().pk).update(status="cancelled", cancel_reason="x")
    page = login(make_user(*EVERYTHING)).get("/admin/")
    (card,) = (card for _title, cards in page.context["sections"] for card in cards if card.icon == "savings")
    assert (card.figure, card.tone) == ("2", "")  # mostly the terms keep it: what is owed needs a decision


def test_a_provider_that_refuses_everything_is_one_card_with_its_words_also_for_ops(provider: Provider) -> None:
    for _ in range(3):
        payment = pay(provider_mode="test", created_at=NOW)
        provider.tell("verify", "unauthorized", times=1)
        verify_payment(payment_id=payment.pk, source="poll", actor=SYSTEM, now=NOW)
    note = "Chapa refused our key: Invalid API Key. Check CHAPA_SECRET_KEY. (Asked for: what became of payments.)"
    for permissions in (EVERYTHING, ("django_celery_beat.view_periodictask",)):
        page = login(make_user(*permissions)).get("/admin/")
        cards = [card for _title, cards in page.context["sections"] for card in cards if card.icon == "credit_card_off"]
        assert [(card.figure, card.tone) for card in cards] == [("Chapa", "bad")]
        assert note in cards[0].note
        assert provider.key not in page.content.decode()
    verify_payment(payment_id=payment.pk, source="poll", actor=SYSTEM, now=NOW)
    assert "credit_card_off" not in login(make_user(*EVERYTHING)).get("/admin/").content.decode()
