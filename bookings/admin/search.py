"""What a clerk types into a search box, told apart by its shape, so that each search can use an index."""

import re

from django.db.models import Q, QuerySet

from bookings.models import Booking, Customer, Departure, Trip
from bookings.references import ALPHABET, LENGTH

PHONE = re.compile(r"\+?[\d\s()./-]{5,}")
CODE = re.compile(r"(?=.*\d)[A-Za-z0-9-]{3,}|TD-\w*|[A-Z]+-[A-Z-]*", re.ASCII)


def find_bookings(bookings: QuerySet[Booking], text: str) -> QuerySet[Booking]:
    """By reference, reference elsewhere or departure code; else by the customer."""
    text = " ".join(text.split())
    if not text:
        return bookings
    # A union, not an OR: each part keeps its index on a million rows.
    found = [Booking.objects.order_by().filter(part).values("pk") for part in _parts(text)]
    return bookings.filter(pk__in=found[0].union(*found[1:]))


def _parts(text: str) -> list[Q]:
    code = text.upper()
    by_customer = Q(customer__in=find_customers(Customer.objects.order_by(), text))
    if PHONE.fullmatch(text):
        return [by_customer, Q(external_reference=text)]
    if CODE.fullmatch(text):
        departures = Departure.objects.order_by().filter(code__startswith=code)
        references = [Q(reference__startswith=code), Q(reference__startswith=f"TD-{code}")]
        return [*references, Q(external_reference=text), Q(departure__in=departures)]
    if len(code) == LENGTH and set(code) <= set(ALPHABET):  # a reference without a digit, or a name
        return [by_customer, Q(reference=f"TD-{code}")]
    return [by_customer]


def find_customers(customers: QuerySet[Customer], text: str) -> QuerySet[Customer]:
    """By the beginning of an e-mail address, a part of a phone number, or all words of the name in any order."""
    text = " ".join(text.split())
    if "@" in text:
        return customers.filter(email__startswith=text.lower())
    if PHONE.fullmatch(text):
        return customers.filter(phone__contains=re.sub(r"\D", "", text).lstrip("0"))
    for word in text.split():
        customers = customers.filter(name__icontains=word)
    return customers


def find_departures(departures: QuerySet[Departure], text: str) -> QuerySet[Departure]:
    """By code, or by the trip's name or destination."""
    text = " ".join(text.split())
    trips = Trip.objects.order_by()
    for word in text.split():
        trips = trips.filter(Q(name__icontains=word) | Q(destination__icontains=word) | Q(code__istartswith=word))
    return departures.filter(Q(code__startswith=text.upper()) | Q(trip__in=trips)) if text else departures
