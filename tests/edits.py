"""A row of each kind that people edit, and two values for it."""

from typing import Any

from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from bookings.models import ApiKey, Booking, Traveller
from notifications.models import MessageTemplate, ReminderRule
from tests.desk import booked, departure_in
from tests.factories import make_customer, make_trip, make_user

PARTY = (
    "bookings.change_booking",
    "bookings.view_traveller",
    "bookings.add_traveller",
    "bookings.change_traveller",
    "bookings.delete_traveller",
)


def url_of(row: Any) -> str:
    key = row.prefix if isinstance(row, ApiKey) else row.pk
    kind = row._meta  # noqa: SLF001 (Django's documented API)
    return reverse(f"admin:{kind.app_label}_{kind.model_name}_change", args=[key])


def boss(name: str = "sara", first: str = "Sara") -> Client:
    client = Client()
    client.force_login(make_user(username=name, first_name=first, last_name="", is_superuser=True))
    return client


def rows() -> dict[str, tuple[Any, str, str, str, str, str]]:
    """By name: a row, a field with the first's and the second's new value, another field with a new value."""
    trip = make_trip(code="GHERALTA", name="Gheralta")
    key = ApiKey(name="website", scopes=["bookings:read"])
    ApiKey.objects.assign_key(key)
    key.save()
    interval = IntervalSchedule.objects.create(every=7, period="minutes")
    job = PeriodicTask.objects.create(name="x", task="bookings.expire_holds", interval=interval)
    rule, _made = ReminderRule.objects.get_or_create(kind="departure_reminder", hours_before=40)
    text = MessageTemplate.objects.create(kind="booking_confirmation", language="en", subject="Hello", body="Hi")
    return {
        "customer": (
            make_customer(name="Abel", email="a@mail.example.org"),
            "email",
            "b@mail.example.org",
            "c@mail.example.org",
            "notes",
            "VIP",
        ),
        "trip": (trip, "price", "1500", "1700.50", "destination", "Tigray"),
        "departure": (departure_in(10, trip=trip, capacity=10), "capacity", "12", "14", "price", "999"),
        "booking": (booked(), "notes", "Vegan", "Window seat", "", ""),
        "mail text": (text, "body", "Hi there", "Dear guest", "subject", "Welcome"),
        "rule": (rule, "hours_before", "41", "42", "is_active", ""),
        "user": (make_user(username="dawit"), "email", "d@mail.example.org", "e@mail.example.org", "last_name", "T"),
        "group": (Group.objects.create(name="Guides"), "name", "Guides A", "Guides B", "", ""),
        "task": (job, "expire_seconds", "30", "60", "description", "Other"),
        "key": (key, "expiry_date_0", "2031-01-01", "2032-02-02", "", ""),
        "interval": (interval, "every", "8", "9", "", ""),
    }


def row_fields(*rows: Any, prefix: str = "travellers") -> dict[str, str]:
    names = {f"{prefix}-{n}-name": name for n, name in rows}
    return names | {f"{prefix}-{n}-category": "adult" for n, _name in rows}


def party(*names: str, size: int = 4) -> Booking:
    booking = booked(party_size=size)
    for name in names:
        Traveller.objects.create(booking=booking, name=name)
    return booking


def names_of(booking: Booking) -> list[str]:
    return list(booking.travellers.order_by("pk").values_list("name", flat=True))
