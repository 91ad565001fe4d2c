"""The demo's provider payments: of each kind one, and books that add up."""

from collections import Counter
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.models import Model
from pytest_django import Settings

from bookings.models import Booking
from config.demo_money import make_provider_payments
from config.demo_world import World
from notifications.models import Message
from payments.models import Payment, ProviderEvent, Refund
from tests.factories import NOW, clerk, make_departure, make_trip, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    for price in (30_000, 9_000, 2_000):
        make_departure(starts_in=timedelta(days=60), trip=make_trip(price=price), capacity=30)
    return World(NOW, clerk())


def states(model: type[Model]) -> Counter[str]:
    return Counter(model._default_manager.values_list("status", flat=True))  # noqa: SLF001


@pytest.mark.slow
def test_staff_meet_every_kind_of_payment_and_the_books_are_clean(world: World) -> None:
    make_provider_payments(world, finance=make_user())
    assert states(Payment) == {"succeeded": 9, "failed": 1, "expired": 1, "pending": 1, "review": 1}
    assert states(Refund) == {"requested": 1, "succeeded": 1}
    assert states(ProviderEvent) == {"unmatched": 1}
    assert set(Booking.objects.filter(paid__gt=0).values_list("status", flat=True)) == {
        "cancelled",
        "confirmed",
        "expired",
    }
    kinds = set(Message.objects.values_list("kind", flat=True))
    assert {"payment_request", "payment_failure", "payment_confirmation", "payment_refunded"} <= kinds
    call_command("check_books", stdout=StringIO())


def test_a_real_provider_hears_nothing_of_the_demo(world: World, settings: Settings) -> None:
    settings.CHAPA_SECRET_KEY = "CHASECK_TEST-0123456789"
    make_provider_payments(world, finance=make_user())
    assert (Payment.objects.count(), Booking.objects.count()) == (0, 0)
