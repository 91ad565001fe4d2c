from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

if TYPE_CHECKING:
    from bookings.models import Booking


@pytest.fixture(autouse=True)
def no_throttle() -> None:
    cache.clear()


@pytest.fixture
def api(db: None) -> Client:
    """A key of the integration "website" that may do everything."""
    from tests.rest import caller  # models: not before Django is set up

    return caller()


@pytest.fixture
def booking(db: None) -> "Booking":
    from tests.factories import make_booking, make_customer
    from tests.rest import leaving

    customer = make_customer(integration="website", user_id="7")
    return make_booking(departure=leaving(), now=timezone.now(), integration="website", customer=customer)
