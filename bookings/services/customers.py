"""Customers: found again where we can be sure, made where not."""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import phonenumbers
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Substr

from bookings.models import Booking, Customer
from bookings.refusals.party import NameMissing
from notifications import outbox

HOME_REGION = "ET"
BATCH = 500
TOPIC = "booking:"  # as Booking.topic


@dataclass(frozen=True)
class CustomerData:
    """A customer as somebody outside states it. `user_id` is the id in the integration's own system.

    What is empty is not stated: it leaves a known customer as it is.
    """

    name: str
    email: str = ""
    phone: str = ""
    country: str = ""
    language: str = "en"
    integration: str = ""
    user_id: str = ""


def clean_email(value: str) -> str:
    return value.strip().lower()


def clean_phone(value: str) -> str:
    """E.164 (+251911234567) for a number that can exist; else what was typed, for a person to judge."""
    value = " ".join(value.split())
    try:
        number = phonenumbers.parse(value, HOME_REGION)
    except phonenumbers.NumberParseException:
        return value[:30]
    if not phonenumbers.is_possible_number(number):
        return value[:30]
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


@transaction.atomic
def find_or_create_customer(*, data: CustomerData) -> Customer:
    """By the integration's user id (and then kept up to date), else by same address and name, else a new one."""
    name = " ".join(data.name.split())
    if not name:
        raise NameMissing
    details = {"name": name, "email": clean_email(data.email), "phone": clean_phone(data.phone)}
    details |= {"country": data.country, "language": data.language}
    details = {field: value for field, value in details.items() if value}
    if data.user_id:
        customer, made = Customer.objects.get_or_create(
            integration=data.integration, user_id=data.user_id, defaults=details
        )
        if not made:  # a plain UPDATE: update_or_create's FOR UPDATE meets the foreign keys of other bookings
            Customer.objects.filter(pk=customer.pk).update(**details)
            customer.refresh_from_db()
            readdress_unsent([customer.pk])
        return customer
    if known := _known(clean_email(data.email), name):
        return _fill_in(known, details)
    return Customer.objects.create(**details)


def name_key(name: str) -> str:
    """One person's name, however é is stored and whatever the case; an accent is a part of it."""
    return unicodedata.normalize("NFC", name).casefold()


def _known(email: str, name: str) -> Customer | None:
    same_address = Customer.objects.filter(email=email, user_id="").order_by("pk") if email else ()
    return next((customer for customer in same_address if name_key(customer.name) == name_key(name)), None)


def _fill_in(known: Customer, details: Mapping[str, str]) -> Customer:
    """What was blank takes what is stated; what was there stays."""
    new = {field: value for field, value in details.items() if not getattr(known, field)}
    if new:
        Customer.objects.filter(pk=known.pk).update(**new)
        known.refresh_from_db()
        readdress_unsent([known.pk])
    return known


def readdress_unsent(customer_ids: Collection[int]) -> None:
    """After a customer's address changed: what waits in the outbox shows it, in one statement."""
    reached = Booking.objects.filter(customer__in=customer_ids).exclude(customer__email="")
    topics = [f"{TOPIC}{reference}" for reference in reached.values_list("reference", flat=True)]
    own = Booking.objects.filter(reference=Substr(OuterRef("topic"), len(TOPIC) + 1))
    for start in range(0, len(topics), BATCH):
        outbox.readdress(topics=topics[start : start + BATCH], recipient=Subquery(own.values("customer__email")))


def kept_details(*, customer: Customer, data: CustomerData) -> dict[str, str]:
    """{field: what it stays} of a known customer for whom something else was stated."""
    stated = {"phone": clean_phone(data.phone), "country": data.country, "language": data.language}
    kept = {"phone": customer.phone, "country": customer.country.name, "language": customer.get_language_display()}
    return {f: kept[f] for f, value in stated.items() if value and value != str(getattr(customer, f))}
