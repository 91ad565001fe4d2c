"""Who travels on a departure: a page to print, and the same as CSV."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from bookings.desk.people import clerk
from bookings.formulas import escape_cell
from bookings.models import Booking, Departure
from bookings.wording import local_time

if TYPE_CHECKING:
    from bookings.desk.admin import DeskAdmin

COLUMNS = ("No-show", "Name", "Category", "Booking", "Status", "Party", "Customer", "Phone", "Notes")


@dataclass(frozen=True)
class Seat:
    """A line of the manifest. `name` is empty for a seat of the party that has no name yet."""

    booking: Booking
    name: str
    category: str
    notes: str


def seats(departure: Departure) -> Iterator[Seat]:
    """Every seat that a booking holds, party by party; the booking's own notes stand with its first seat."""
    bookings = departure.bookings.holding_seats().select_related("customer")
    for booking in bookings.prefetch_related("travellers").order_by("customer__name", "pk"):
        people = [(t.name, str(t.get_category_display()), t.notes) for t in booking.travellers.all()]
        people += [("", "", "")] * (booking.party_size - len(people))
        for number, (name, category, notes) in enumerate(people):
            own = [notes, booking.notes if number == 0 else ""]
            yield Seat(booking, name, category, " · ".join(note for note in own if note))


def page(model_admin: "DeskAdmin", request: HttpRequest, object_id: str) -> HttpResponse:
    departure = _departure(model_admin, request, object_id)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Manifest of {departure.code}",
        "opts": model_admin.opts,
        "media": model_admin.media,
        "departure": departure,
        "starts": local_time(departure.starts_at, departure.trip),
        "ends": local_time(departure.ends_at, departure.trip),
        "seats": list(seats(departure)),
        "printed_at": timezone.now(),
    }
    return TemplateResponse(request, "admin/bookings/manifest.html", context)


def as_csv(model_admin: "DeskAdmin", request: HttpRequest, object_id: str) -> HttpResponse:
    departure = _departure(model_admin, request, object_id)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="manifest-{departure.code}.csv"'
    response.write("\ufeff")  # so that spreadsheets read the names as UTF-8
    rows = csv.writer(response)
    rows.writerow(COLUMNS)
    for seat in seats(departure):
        booking, customer = seat.booking, seat.booking.customer
        no_show = "x" if booking.status == Booking.Status.NO_SHOW else ""
        party = (booking.reference, str(booking.get_status_display()), booking.party_size)
        row = (no_show, seat.name, seat.category, *party, customer.name, customer.phone, seat.notes)
        rows.writerow(escape_cell(cell) for cell in row)
    return response


def _departure(model_admin: "DeskAdmin", request: HttpRequest, object_id: str) -> Departure:
    if not clerk(request).has_perm("bookings.view_manifest"):
        raise PermissionDenied
    departure: Departure | None = model_admin.get_object(request, object_id)
    if departure is None:
        raise Http404
    return departure
