"""The desk's side of the tests: clerks who are logged in, and bookings around the real clock, which the views read."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking, Departure
from tests.factories import make_booking, make_departure, make_user

LOOK = ("bookings.view_booking", "bookings.view_departure", "bookings.view_customer", "payments.view_payment")


def login(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def root() -> Client:
    return login(make_user(is_superuser=True))


def desk(*permissions: str) -> Client:
    """A clerk who sees bookings, departures, customers and payments, and may do what else is named."""
    return login(make_user(*LOOK, *permissions))


def departure_in(days: float, **fields: Any) -> Departure:
    return make_departure(starts_at=timezone.now().replace(second=0, microsecond=0) + timedelta(days=days), **fields)


def booked(departure: Departure | None = None, **fields: Any) -> Booking:
    """A pending booking, by default on a departure in ten days; taken before a departure that has left."""
    departure = departure or departure_in(10)
    now = min(timezone.now(), departure.starts_at - timedelta(days=1))
    return make_booking(departure=departure, now=now, **fields)


def paid_up(booking: Booking) -> Booking:
    Booking.objects.filter(pk=booking.pk).update(paid=booking.deposit_due)
    return booking


def act_url(action: str, row: Model) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_act", args=[action])  # noqa: SLF001


def press(client: Client, action: str, *rows: Model, **answers: Any) -> Any:
    """Press the button of the action's page, with these answers to its form."""
    ids = ",".join(str(row.pk) for row in rows)
    return client.post(act_url(action, rows[0]), {"ids": ids, **answers})


def said(response: Any) -> list[str]:
    """What the messages after a redirect say."""
    return [str(message) for message in get_messages(response.wsgi_request)]
