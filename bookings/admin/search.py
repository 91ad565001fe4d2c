"""What a clerk types into a search box: every word is looked for in name, e-mail, phone, reference, trip and day.

References and codes are told apart by their shape, so that they use an index. Words may stand anywhere in a text,
with or without accents: that reads all customers.
"""

import re
from collections.abc import Iterable, Iterator

from django.db.models import F, Q, QuerySet, TextField, Value
from django.db.models.functions import Concat

from bookings.admin.search_days import days_in, on_days
from bookings.desk.strict import as_typed
from bookings.folding import Fold, fold
from bookings.models import Booking, Customer, Departure, Trip
from bookings.references import ALPHABET, LENGTH

NEWEST = 5000
PHONE = re.compile(r"\+?[\d\s()./-]+", re.ASCII)
REFERENCE = re.compile(rf"TD[\s-]+[{ALPHABET}\s-]+|TD[{ALPHABET}]{{{LENGTH}}}")  # as it is read out
CODE = re.compile(r"(?=.*[\d-])\S{3,}")
NO_NAME = re.compile(r"(?=.*\d)(?=.*[A-Z])\S+")


def find_bookings(bookings: QuerySet[Booking], text: str) -> QuerySet[Booking]:
    """By reference, reference elsewhere or departure code, by the customer, by trip or day; the newest of very many."""
    text = as_typed(text)
    if not text:
        return bookings
    # A union, not an OR: each part keeps its index on a million rows. Its rows come first, in a query of their own:
    # inside of another one, PostgreSQL walks all bookings from the newest and looks each of them up.
    first, *others = [Booking.objects.order_by().filter(part).values_list("pk") for part in _parts(text)]
    newest = first.union(*others).order_by("-id")[:NEWEST]
    return bookings.filter(pk__in=[pk for (pk,) in newest])


def _parts(text: str) -> list[Q]:
    parts = list(_by_code(text)) if "@" not in text else []
    if " " not in text and "@" not in text:
        parts.append(Q(customer__in=Customer.objects.order_by().filter(email__startswith=text.lower())))
    if parts and _is_code(text.upper()):
        return parts
    return [*parts, *_by_words(text)]


def _is_code(code: str) -> bool:
    return bool(REFERENCE.fullmatch(code) or NO_NAME.fullmatch(code))


def _by_code(text: str) -> Iterator[Q]:
    code = text.upper()
    for start in _references(code):
        yield Q(reference__startswith=start)
    if CODE.fullmatch(code):
        yield Q(external_reference__in={text, code})
        yield Q(external_reference__startswith=code) & ~Q(external_reference="")
        yield Q(departure__in=Departure.objects.order_by().filter(code__startswith=code))


def _references(code: str) -> list[str]:
    """The beginnings of references that this may be: with or without TD, whatever spaces and hyphens."""
    key, named = re.sub(r"[\s-]", "", code), REFERENCE.fullmatch(code)
    keys, shortest = ({key.removeprefix("TD")}, 1) if named else ({key, key.removeprefix("TD")}, 4)
    return [f"TD-{key}" for key in keys if shortest <= len(key) <= LENGTH and set(key) <= set(ALPHABET)]


def _by_words(text: str) -> Iterator[Q]:
    """Each word fits the trip or the customer, and a day or a reference among them narrows that."""
    days, rest = days_in(text)
    narrowed = Q(departure__in=Departure.objects.order_by().filter(on_days(days))) if days else Q()
    words = rest.split()
    if len(words) > 1:
        codes = [word for word in words if _is_code(word.upper()) and any(_by_code(word))]
        for word in codes:
            first, *others = _by_code(word)
            narrowed &= Q(first, *others, _connector=Q.OR)
        words = words if PHONE.fullmatch(rest) else [word for word in words if word not in codes]
        rest = " ".join(words)
    if not words:
        yield narrowed
        return
    yield narrowed & Q(customer__in=find_customers(Customer.objects.order_by(), rest))
    for fitting, trips in _trips_by_words(words).items():
        left = " ".join(word for word in words if word not in fitting)
        of_trip = narrowed & Q(departure__in=Departure.objects.order_by().filter(trip__in=trips))
        yield of_trip & Q(customer__in=find_customers(Customer.objects.order_by(), left)) if left else of_trip


def _trips_by_words(words: Iterable[str]) -> dict[frozenset[str], list[int]]:
    """{the words that fit: the trips that all of them fit}. There are few trips."""
    found: dict[frozenset[str], list[int]] = {}
    for trip in Trip.objects.order_by().only("code", "name", "destination"):
        haystack = fold(f"{trip.code}\n{trip.name}\n{trip.destination}")
        if fitting := frozenset(word for word in words if len(word) > 1 and fold(word) in haystack):
            found.setdefault(fitting, []).append(trip.pk)
    return found


def find_customers(customers: QuerySet[Customer], text: str) -> QuerySet[Customer]:
    """Those in whose name, e-mail or phone every word stands."""
    text = as_typed(text)
    digits = re.sub(r"\D", "", text).lstrip("0")
    if len(digits) >= 3 and PHONE.fullmatch(text):
        return customers.filter(phone__contains=digits)
    if re.fullmatch(r"\S+@\S*", text):  # an address is typed from its beginning, and has an index for that
        return customers.filter(email__startswith=text.lower())
    line = Value("\n")
    everything = Fold(Concat(F("name"), line, F("email"), line, F("phone"), output_field=TextField()))
    customers = customers.alias(everything=everything)
    for word in text.split():
        number = re.sub(r"\D", "", word).lstrip("0") if PHONE.fullmatch(word) else ""
        customers = customers.filter(everything__contains=number if len(number) >= 3 else fold(word))
    return customers


def find_departures(departures: QuerySet[Departure], text: str) -> QuerySet[Departure]:
    """By code, or by the trip's code, name or destination and the day."""
    text = as_typed(text)
    if not text:
        return departures
    days, rest = days_in(text)
    words = rest.split()
    trips = [pk for fitting, pks in _trips_by_words(words).items() if fitting >= set(words) for pk in pks]
    by_trip = (Q(trip__in=trips) if words else Q()) & (on_days(days) if days else Q())
    return departures.filter(Q(code__startswith=text.upper()) | by_trip)


def find_trips(trips: QuerySet[Trip], text: str) -> QuerySet[Trip]:
    words = as_typed(text).split()
    return trips.filter(pk__in=[pk for fit, pks in _trips_by_words(words).items() if fit >= set(words) for pk in pks])
