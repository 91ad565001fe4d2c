"""Rows for tests. Bookings are made by the services, so that seats, timeline and mails are what they would be."""

import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission, User

from bookings.actors import Actor, staff
from bookings.models import Booking, Customer, Departure, Trip
from bookings.services.create import create_booking
from bookings.services.departures import departure_code
from notifications.models import Message
from notifications.outbox import Mail
from tests.mail_kinds import sample

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_numbers = itertools.count(1)


@cache
def hashed(password: str, _hasher: str) -> str:
    """Once: as production does it, it takes half a second."""
    return make_password(password)


def make_user(*permissions: str, **fields: Any) -> User:
    """A member of staff with these permissions, such as "bookings.confirm_booking"."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "username": f"clerk{number}",
        "is_staff": True,
        "first_name": "Sara",
        "last_name": f"Clerk {number}",
    }
    user = User.objects.create_user(**defaults | fields)
    user.password = hashed("correct horse", settings.PASSWORD_HASHERS[0])
    user.save(update_fields=["password"])
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return user


def make_trip(**fields: Any) -> Trip:
    number = next(_numbers)
    defaults = {
        "code": f"LAL-{number}",
        "name": "Lalibela highlands",
        "destination": "Lalibela",
        "price": Decimal(1000),
    }
    return Trip.objects.create(**defaults | fields)


def make_departure(*, starts_in: timedelta = timedelta(days=10), trip: Trip | None = None, **fields: Any) -> Departure:
    trip = trip or make_trip()
    starts_at = fields.pop("starts_at", NOW + starts_in + timedelta(minutes=next(_numbers) % 50))
    defaults = {
        "code": departure_code(trip, starts_at),
        "ends_at": starts_at + timedelta(hours=trip.duration_hours),
        "capacity": 10,
        "price": trip.price,
        "currency": trip.currency,
    }
    return Departure.objects.create(trip=trip, starts_at=starts_at, **defaults | fields)


def make_customer(**fields: Any) -> Customer:
    number = next(_numbers)
    return Customer.objects.create(**{"name": f"Almaz {number}", "email": f"almaz{number}@mail.example.org"} | fields)


def make_booking(
    *, departure: Departure | None = None, party_size: int = 2, now: datetime = NOW, **fields: Any
) -> Booking:
    """A pending booking (or a waiting one: waitlist=True) taken by the service."""
    departure = departure or make_departure()
    customer = fields.pop("customer", None) or make_customer()
    actor = fields.pop("actor", Actor("Test"))
    return create_booking(
        departure_id=departure.pk, customer=customer, party_size=party_size, actor=actor, now=now, **fields
    )


def clerk() -> Actor:
    return staff(make_user())


def make_mail(dedupe_key: str = "one", **changes: Any) -> Mail:
    """A mail to be queued, with its kind's sample facts."""
    fields: dict[str, Any] = {
        "kind": "booking_confirmation",
        "topic": "booking:TD-AAAA2222",
        "recipient": "almaz@example.com",
        "language": "en",
        "context": sample(changes.get("kind", "booking_confirmation")),
        "dedupe_key": dedupe_key,
    }
    return Mail(**fields | changes)


def make_message(**changes: Any) -> Message:
    """A queued row that is due at NOW."""
    mail = make_mail(f"message-{next(_numbers)}", kind=changes.pop("kind", "booking_confirmation"))
    fields = vars(mail) | {"due_at": NOW}
    if changes.get("status") == Message.Status.SENT:
        fields |= {"sent_at": NOW, "text": "Dear Almaz"}
    return Message.objects.create(**fields | changes)
