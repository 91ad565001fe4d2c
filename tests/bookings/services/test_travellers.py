"""What a booking's page changes stands on its timeline."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.actors import SYSTEM
from bookings.models import Booking, Traveller
from bookings.services.travellers import note_changes, travellers_of
from bookings.timeline import sentence
from tests.desk import booked, desk
from tests.pages import opened

pytestmark = pytest.mark.django_db
MAY = (
    "bookings.change_booking",
    "bookings.view_traveller",
    "bookings.add_traveller",
    "bookings.change_traveller",
    "bookings.delete_traveller",
)


def told(booking: Booking) -> list[tuple[str, str, str]]:
    events = booking.events.filter(kind__in=["travellers_changed", "notes_changed"]).order_by("pk")
    return [(event.kind, sentence(event), event.actor_label) for event in events]


def save(booking: Booking, **changes: Any) -> str:
    """Returns the name of whoever saved it."""
    client, url = desk(*MAY), reverse("admin:bookings_booking_change", args=[booking.pk])
    form = opened(client, url) | {f"travellers-{name.replace('__', '-')}": value for name, value in changes.items()}
    if "notes" in changes:
        form["notes"] = changes["notes"]
    assert client.post(url, form).status_code == 302
    return User.objects.get(pk=client.session["_auth_user_id"]).get_full_name()


def party(*names: str, size: int = 4) -> Booking:
    booking = booked(party_size=size)
    for name in names:
        Traveller.objects.create(booking=booking, name=name)
    return booking


def test_a_swapped_traveller_stands_on_the_timeline() -> None:
    booking = party("Abel", "Bruk")
    who = save(booking, **{"0__name": "Chaltu"})
    assert told(booking) == [("travellers_changed", "Abel → Chaltu", who)]


def test_all_that_one_save_changes_is_one_line_without_what_notes_say() -> None:
    booking = party("Abel", "Bruk", "Chaltu")
    new = {"3__name": "Desta", "3__category": "infant", "TOTAL_FORMS": "4", "notes": "Late"}
    who = save(booking, **new, **{"0__DELETE": "on", "1__category": "child", "2__notes": "Diabetes"})
    text = "Abel removed; Bruk is now Child, was Adult; notes of Chaltu; Desta added; notes of the booking"
    assert told(booking) == [("travellers_changed", text, who)]


def test_the_booking_s_notes_alone_are_told_too() -> None:
    booking = party()
    who = save(booking, notes="Vegan")
    assert told(booking) == [("notes_changed", "", who)]


def test_nothing_changed_is_nothing_told() -> None:
    booking = party("Abel")
    save(booking)
    assert told(booking) == []


def test_of_a_large_party_eight_changes_are_named() -> None:
    booking = party(*("N" * 150 for _ in range(9)), size=9)
    save(booking, **{f"{number}__name": "M" * 150 for number in range(9)})
    [(_kind, text, _who)] = told(booking)
    assert (text.count(" → "), text.endswith("; and 1 more")) == (8, True)


def test_a_line_takes_as_many_queries_for_nine_travellers_as_for_one() -> None:

    counts = []
    for number in (1, 9):
        booking = party(*(f"T{n}" for n in range(number)), size=9)
        before = travellers_of(booking)
        booking.travellers.update(name="New")
        with CaptureQueriesContext(connection) as queries:
            note_changes(booking=booking, before=before, notes=False, actor=SYSTEM, now=timezone.now())
        counts.append(len(queries))
    assert counts[0] == counts[1]
