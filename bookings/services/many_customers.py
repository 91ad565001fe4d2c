"""Customers of a whole file: found again or made, in sets."""

from collections.abc import Sequence

from bookings.models import Customer
from bookings.services.customers import CustomerData, clean_email, clean_phone, name_key


def find_or_create_customers(*, data: Sequence[CustomerData]) -> list[Customer]:
    """As find_or_create_customer for people without a user id, in a few statements; one customer for each entry.

    Entries with one address and one name are one customer; an entry without an address is always a new one.
    """
    emails = {clean_email(entry.email) for entry in data} - {""}
    known: dict[tuple[str, str], Customer] = {}
    for old in Customer.objects.filter(email__in=emails, user_id="").order_by("-pk"):
        known[old.email, name_key(old.name)] = old
    found: list[Customer] = []
    fresh: list[Customer] = []
    for entry in data:
        name, email = " ".join(entry.name.split()), clean_email(entry.email)
        customer = known.get((email, name_key(name)))
        if customer is None:
            customer = Customer(
                name=name,
                email=email,
                phone=clean_phone(entry.phone),
                country=entry.country,
                language=entry.language,
            )
            fresh.append(customer)
            if email:
                known[email, name_key(name)] = customer
        found.append(customer)
    Customer.objects.bulk_create(fresh)
    return found
