"""What grows with the rows and what doesn't: `make bench`. Times are ratios within one run; counts are exact."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.actors import SYSTEM
from bookings.models import Booking, BookingEvent, Departure
from bookings.references import new_reference
from bookings.services import transitions
from tests.factories import make_customer, make_departure, make_user

pytestmark = pytest.mark.django_db


def make_rows(number: int) -> list[int]:
    """Pending bookings of one on one departure, with the timeline that a service would have written."""
    now = timezone.now()
    departure = make_departure(starts_at=now + timedelta(days=30), capacity=number, seats_taken=number)
    customer = make_customer()
    rows = Booking.objects.bulk_create(
        Booking(
            reference=new_reference(), departure=departure, customer=customer, party_size=1, status="pending",
            currency="ETB", unit_price=departure.price, total=departure.price, created_at=now,
        )
        for _ in range(number)
    )  # fmt: skip
    BookingEvent.objects.bulk_create(
        BookingEvent(booking=row, kind="created", to_status="pending", actor_label="Bench", created_at=now)
        for row in rows
    )
    return [row.pk for row in rows]


def measured(act: Callable[[], object]) -> tuple[int, float]:
    """Statements and seconds."""
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries), time.perf_counter() - began


def report(what: str, few: int, many: int, first: tuple[int, float], second: tuple[int, float]) -> None:
    print(
        f"\n{what}: {few} rows {first[0]} statements, {many} rows {second[0]} statements, "
        f"time x{second[1] / first[1]:.1f} for x{many // few} rows"
    )


@pytest.mark.parametrize("many", [500, 1000])
def test_bulk_confirm(many: int) -> None:
    def confirm(number: int) -> tuple[int, float]:
        ids, now = make_rows(number), timezone.now()
        return measured(
            lambda: transitions.confirm_bookings(booking_ids=ids, actor=SYSTEM, now=now, unpaid_reason="bench")
        )

    report("bulk confirm", 50, many, confirm(50), confirm(many))


def test_booking_list(client: Client) -> None:
    client.force_login(make_user(is_superuser=True))
    get = lambda: client.get("/admin/bookings/booking/")  # noqa: E731
    make_rows(60)
    get()
    few = measured(get)
    make_rows(1000)
    report("booking list", 60, 1060, few, measured(get))


def test_cancel_a_departure_seat_by_seat() -> None:
    ids = make_rows(500)
    now = timezone.now()
    together = measured(lambda: transitions.cancel_bookings(booking_ids=ids, reason="bench", actor=SYSTEM, now=now))
    ids = make_rows(100)
    alone = measured(
        lambda: [transitions.cancel_bookings(booking_ids=[pk], reason="bench", actor=SYSTEM, now=now) for pk in ids]
    )
    print(f"\ncancel: one by one costs x{alone[1] / 100 / (together[1] / 500):.1f} of a set of 500, a booking")
    assert Departure.objects.exclude(seats_taken=0).count() == 0
