"""The list of those who travel, as a page and as a file."""

import csv

import pytest
from django.urls import reverse

from bookings.models import Booking, Customer, Departure, Traveller
from tests.desk import booked, departure_in, desk
from tests.factories import make_customer

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def page(row: Booking | Departure | Customer, name: str = "change") -> str:
    return reverse(f"admin:bookings_{row._meta.model_name}_{name}", args=[row.pk])  # noqa: SLF001


def test_the_manifest_names_every_seat_and_needs_its_permission() -> None:
    departure = departure_in(2)
    booking = booked(departure, party_size=3, customer=make_customer(name="ሰላም", phone="+251911000000"))
    Traveller.objects.create(booking=booking, name="حسن", notes="Vegan")
    gone = booked(departure)
    Booking.objects.filter(pk=gone.pk).update(status=Booking.Status.EXPIRED)
    assert desk().get(page(departure, "manifest")).status_code == 403
    assert desk().get(page(departure, "manifest_csv")).status_code == 403
    seats = desk("bookings.view_manifest").get(page(departure, "manifest")).context["seats"]
    assert [(seat.booking.reference, seat.name) for seat in seats] == [
        (booking.reference, "حسن"),
        (booking.reference, ""),
        (booking.reference, ""),
    ]


def test_a_manifest_is_only_read() -> None:
    departure, client = departure_in(2), desk("bookings.view_manifest")
    for name in ("manifest", "manifest_csv"):
        assert client.post(page(departure, name)).status_code == 405


def test_the_manifest_s_csv_runs_no_formula() -> None:
    departure = departure_in(2)
    booking = booked(departure, party_size=1, customer=make_customer(name="@SUM(A1)", phone="+251911000000"))
    Traveller.objects.create(booking=booking, name='=HYPERLINK("x")', notes="\tcmd")
    text = desk("bookings.view_manifest").get(page(departure, "manifest_csv")).content.decode("utf-8-sig")
    [_header, row] = csv.reader(text.splitlines())
    assert row == [
        "",
        '\'=HYPERLINK("x")',
        "Adult",
        booking.reference,
        "Pending",
        "1",
        "'@SUM(A1)",
        "+251911000000",
        "'\tcmd",
    ]
