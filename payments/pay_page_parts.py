"""What the customer's pages share: their look, and what they say of a booking."""

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from bookings.actors import Actor
from bookings.mail_facts import due_day, written_out
from bookings.models import Booking
from notifications import numbers, words
from payments.models import Payment
from payments.page_headers import private

CUSTOMER = Actor("Customer")


def state_of(payment: Payment, *, latest: bool) -> str:
    if payment.status in Payment.OPEN or not latest:
        return "open"
    return "over" if payment.status in Payment.LATE else payment.status


def looks_left(request: HttpRequest) -> int:
    looks = numbers.whole(request.GET.get("looks", "")) or 0
    return looks if looks < 1000 else 0


def about(booking: Booking, now: datetime) -> dict[str, object]:
    trip = booking.departure.trip
    language = booking.customer.language
    held = booking.hold_expires_at if booking.status == Booking.Status.PENDING else None
    return {
        "how_to_pay": settings.PAYMENT_INSTRUCTIONS,
        "booking": booking,
        "trip": trip,
        "is_live": booking.status in Booking.OWING,
        "time_of": trip.time_zone.rpartition("/")[2].replace("_", " "),
        "starts": written_out(booking.departure.starts_at, trip, language),
        "hold_until": written_out(held, trip, language) if held else "",
        "due_on": words.day(due_day(booking), language),
        "overdue": booking.is_overdue(now),
    }


def render_page(
    request: HttpRequest, template: str, booking: Booking, context: dict[str, object], *, status: int = 200
) -> HttpResponse:
    """In the customer's language; the words are in locale/."""
    with translation.override(booking.customer.language):
        return render(request, template, {**house(), "booking": booking, **context}, status=status)


def house() -> dict[str, object]:
    return {"company": settings.COMPANY_NAME, "support": settings.SUPPORT_EMAIL}


def page_not_found(request: HttpRequest) -> HttpResponse:
    return private(render(request, "pay/not_found.html", house(), status=404))
