"""What is always true of departures and bookings, in a few statements over whole tables."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value, Window
from django.db.models.functions import Coalesce, Lag, Substr

from bookings.mail_kinds import about_dues, wanted_somewhere
from bookings.models import Booking, BookingEvent, Departure
from bookings.services.lines import not_adding_up
from notifications.models import Message

Status = Booking.Status
TOPIC = "booking:"
FETCH = 2000  # rows a round trip


def breaches() -> Iterator[str]:
    """One sentence for each broken rule; nothing when the books are clean."""
    yield from _seats()
    yield from _lines()
    yield from _timelines()
    yield from _promises()


def _seats() -> Iterator[str]:
    held = Sum("bookings__party_size", filter=Q(bookings__status__in=Booking.HOLDS_SEATS))
    wrong = Departure.objects.annotate(held=Coalesce(held, 0)).exclude(seats_taken=F("held")).order_by("pk")
    for code, taken, seats in wrong.values_list("code", "seats_taken", "held").iterator(FETCH):
        yield f"Departure {code}: seats taken is {taken}, but its bookings hold {seats}."


def _lines() -> Iterator[str]:
    wrong = not_adding_up().order_by("pk").values_list("reference", "total", "lines_sum")
    for reference, total, lines in wrong.iterator(FETCH):
        yield f"Booking {reference}: its total is {total}, but its price lines add up to {max(lines, 0)}."


def _timelines() -> Iterator[str]:
    """Each status row must start where the one before ended, the last end where the booking is, each with an actor."""
    events = BookingEvent.objects.exclude(to_status="")
    before = Window(Lag("to_status"), partition_by=F("booking_id"), order_by=F("id").asc())
    broken = events.annotate(before=Coalesce(before, Value(""))).exclude(from_status=F("before"))
    rows = broken.order_by("booking_id", "pk").values_list("booking__reference", "pk", "from_status", "before")
    for reference, pk, start, end in rows.iterator(FETCH):
        yield f"Booking {reference}: timeline row {pk} starts from “{start}”, but the one before ended at “{end}”."
    last = events.filter(booking=OuterRef("pk")).order_by("-pk").values("to_status")[:1]
    astray = Booking.objects.annotate(end=Coalesce(Subquery(last), Value("nothing"))).exclude(status=F("end"))
    for reference, status, end in astray.order_by("pk").values_list("reference", "status", "end").iterator(FETCH):
        yield f"Booking {reference}: its status is {status}, but its timeline ends at {end}."
    nobody = BookingEvent.objects.filter(actor_label="").order_by("pk")
    for reference, pk in nobody.values_list("booking__reference", "pk").iterator(FETCH):
        yield f"Booking {reference}: timeline row {pk} names nobody."


def _promises() -> Iterator[str]:
    """No reminder, confirmation or the like is queued for a booking that no longer wants it (mail_kinds)."""
    unsent: QuerySet[Any] = Message.objects.unsent().filter(topic__startswith=TOPIC)
    about = Booking.objects.filter(reference=OuterRef("reference"))
    unsent = unsent.annotate(reference=Substr("topic", len(TOPIC) + 1)).annotate(state=Subquery(about.values("status")))
    unwanted = Q(pk__in=[])
    for kind in wanted_somewhere():
        unwanted |= Q(kind=kind.name) & ~Q(state__in=kind.wanted_in)
    rows = unsent.filter(unwanted, state__isnull=False).order_by("pk").values_list("reference", "state", "kind", "pk")
    for reference, state, name, pk in rows.iterator(FETCH):
        yield f"Booking {reference}: it is {state}, but message {pk} ({name}) is still to be sent."
    paid = Exists(about.filter(paid__gte=F("total") + F("going_back")))
    asking = unsent.filter(paid, kind__in=about_dues()).order_by("pk")
    for reference, kind, pk in asking.values_list("reference", "kind", "pk").iterator(FETCH):
        yield f"Booking {reference}: it owes nothing, but message {pk} ({kind}) is still to be sent."
