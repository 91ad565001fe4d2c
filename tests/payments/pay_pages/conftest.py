from typing import TYPE_CHECKING

import pytest
from django.core.cache import cache
from django.utils import timezone

if TYPE_CHECKING:
    from bookings.models import Booking
    from payments.models import Payment


@pytest.fixture(autouse=True)
def no_presses_before() -> None:
    cache.clear()


@pytest.fixture
def booking(db: None) -> "Booking":
    """Two people, ETB 2,000 in all, a deposit of 600."""
    from tests.factories import make_booking, make_customer, make_trip  # models: not before Django is set up
    from tests.payments.pay_pages.customer import CUSTOMER
    from tests.rest import leaving

    departure = leaving(trip=make_trip(name="Lalibela highlands", time_zone="Asia/Tokyo"))
    return make_booking(departure=departure, now=timezone.now(), customer=make_customer(**CUSTOMER))


@pytest.fixture
def payment(booking: "Booking") -> "Payment":
    from tests.payments.pay_pages.customer import press

    press(booking, "600.00")
    return booking.payments.get()
