"""What a clerk types into a search box, told apart by its shape, so that each search can use an index.

Two searches read all customers, because what is typed may stand anywhere in the text: words of a name, and a part of
a phone number. That takes under a second on 500,000 customers.
"""

import re

from django.db.models import Q, QuerySet

from bookings.models import Booking, Customer, Departure, Trip
from bookings.references import ALPHABET, LENGTH

NEWEST = 5000
LONGEST, MOST_WORDS = 100, 8
PHONE = re.compile(r"\+?[\d\s()./-]+", re.ASCII)
REFERENCE = re.compile(rf"TD[\s-]+[{ALPHABET}\s-]+|TD[{ALPHABET}]{{{LENGTH}}}")  # as it is read out
CODE = re.compile(r"(?=.*[\d-])\S{3,}")
NO_NAME = re.compile(r"(?=.*\d)(?=.*[A-Z])\S+")


def find_bookings(bookings: QuerySet[Booking], text: str) -> QuerySet[Booking]:
    """By reference, reference elsewhere or departure code, or by the customer; the newest when there are very many."""
    text = as_typed(text)
    if not text:
        return bookings
    # A union, not an OR: each part keeps its index on a million rows. Its rows come first, in a query of their own:
    # inside of another one, PostgreSQL walks all bookings from the newest and looks each of them up.
    first, *others = [Booking.objects.order_by().filter(part).values_list("pk") for part in _parts(text)]
    newest = first.union(*others).order_by("-id")[:NEWEST]
    return bookings.filter(pk__in=[pk for (pk,) in newest])


def as_typed(text: str) -> str:
    """On one line, and bounded: each word is looked for in many rows."""
    return " ".join(text[:LONGEST].split()[:MOST_WORDS])


def _parts(text: str) -> list[Q]:
    code = text.upper()
    by_customer = Q(customer__in=find_customers(Customer.objects.order_by(), text))
    if "@" in text:
        return [by_customer]
    parts = [Q(reference__startswith=start) for start in _references(code)]
    if CODE.fullmatch(code):
        parts.append(Q(external_reference__in={text, code}))
        parts.append(Q(external_reference__startswith=code) & ~Q(external_reference=""))
        parts.append(Q(departure__in=Departure.objects.order_by().filter(code__startswith=code)))
    if " " not in text:
        by_address = Customer.objects.order_by().filter(email__startswith=text.lower())
        parts.append(Q(customer__in=by_address))
    if parts and (REFERENCE.fullmatch(code) or NO_NAME.fullmatch(code)):
        return parts
    return [*parts, by_customer]


def _references(code: str) -> list[str]:
    """The beginnings of references that this may be: with or without TD, whatever spaces and hyphens."""
    key, named = re.sub(r"[\s-]", "", code), REFERENCE.fullmatch(code)
    keys, shortest = ({key.removeprefix("TD")}, 1) if named else ({key, key.removeprefix("TD")}, 4)
    return [f"TD-{key}" for key in keys if shortest <= len(key) <= LENGTH and set(key) <= set(ALPHABET)]


def find_customers(customers: QuerySet[Customer], text: str) -> QuerySet[Customer]:
    """By the beginning of an e-mail address, a part of a phone number, or all words of the name in any order."""
    text = as_typed(text)
    if "@" in text:
        return customers.filter(email__startswith=text.lower())
    digits = re.sub(r"\D", "", text).lstrip("0")
    if len(digits) >= 3 and PHONE.fullmatch(text):
        return customers.filter(phone__contains=digits)
    words = text.split()
    if len(words) == 1:
        return customers.filter(Q(name__icontains=text) | Q(email__startswith=text.lower()))
    for word in words:
        customers = customers.filter(name__icontains=word)
    return customers


def find_departures(departures: QuerySet[Departure], text: str) -> QuerySet[Departure]:
    """By code, or by the trip's name or destination."""
    text = as_typed(text)
    trips = Trip.objects.order_by()
    for word in text.split():
        trips = trips.filter(Q(name__icontains=word) | Q(destination__icontains=word) | Q(code__istartswith=word))
    return departures.filter(Q(code__startswith=text.upper()) | Q(trip__in=trips)) if text else departures
