"""Customers: found again where we can be sure, made where not."""

from dataclasses import dataclass

import phonenumbers
from django.db import transaction

from bookings.errors import Refused
from bookings.models import Customer

HOME_REGION = "ET"


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
        raise Refused("name_missing", "Give the customer's name.")
    details = {"name": name, "email": clean_email(data.email), "phone": clean_phone(data.phone)}
    details |= {"country": data.country, "language": data.language}
    details = {field: value for field, value in details.items() if value}
    if data.user_id:
        customer, _created = Customer.objects.update_or_create(
            integration=data.integration, user_id=data.user_id, defaults=details
        )
        return customer
    known = Customer.objects.filter(email=clean_email(data.email), name__iexact=name, user_id="").order_by("pk").first()
    if data.email.strip() and known:
        return known
    return Customer.objects.create(**details)
