"""Migrations that move data, on rows as the release before left them."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from bookings.models import BookingLine
from tests.factories import make_booking

pytestmark = pytest.mark.django_db
seat_lines = import_module("bookings.migrations.0012_seat_lines")


def test_bookings_of_before_get_their_seats_as_a_line_once() -> None:
    bookings = [make_booking(party_size=size) for size in (1, 3)]
    BookingLine.objects.all().delete()
    for _ in range(2):
        seat_lines.fill(apps, SimpleNamespace(connection=connection))
    rows = BookingLine.objects.order_by("booking").values_list("booking", "kind", "quantity", "amount")
    assert list(rows) == [(booking.pk, "seat", booking.party_size, booking.total) for booking in bookings]
