"""Take a booking: one page, one press; what is refused stands beside its field and nothing typed is lost."""

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from bookings.actors import staff
from bookings.desk.forms import field_of
from bookings.desk.people import clerk
from bookings.forms.taking import TakeBookingForm
from bookings.models import Booking
from bookings.refusals.seats import SoldOut
from bookings.services.create import create_booking
from bookings.services.customers import find_or_create_customer, kept_details
from notifications.refusals import Refused

if TYPE_CHECKING:
    from bookings.desk.admin import DeskAdmin


def page(model_admin: "DeskAdmin", request: HttpRequest) -> HttpResponse:
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    if request.method != "POST":
        chosen = {name: request.GET.get(name, "") for name in ("departure", "customer")}
        initial = {name: pk for name, pk in chosen.items() if pk.isascii() and pk.isdecimal()}
        return _form_page(model_admin, request, TakeBookingForm(initial=initial))
    form = TakeBookingForm(request.POST)
    if form.is_valid() and (booking := _take(request, form)):
        messages.success(request, _told(booking, form))
        return HttpResponseRedirect(reverse("admin:bookings_booking_change", args=[booking.pk]))
    return _form_page(model_admin, request, form)


def _told(booking: Booking, form: TakeBookingForm) -> str:
    customer = booking.customer
    place = "on the waiting list" if booking.status == Booking.Status.WAITLISTED else "taken"
    told = f"{booking.reference} for {customer.name} is {place}."
    if kept := {} if form.cleaned_data["customer"] else kept_details(customer=customer, data=form.customer_data):
        told += f" {customer.name} is known: " + ", ".join(f"{name} stays {kept[name]}" for name in kept) + "."
    return told if customer.email else f"{told} The customer has no e-mail address, so no mail is sent."


def _take(request: HttpRequest, form: TakeBookingForm) -> Booking | None:
    try:
        try:
            return _create(request, form, waitlist=False)
        except SoldOut:
            if not form.cleaned_data["waitlist"]:
                raise
            return _create(request, form, waitlist=True)
    except SoldOut as refusal:
        form.add_error("departure", refusal.detail)
        form.add_error("waitlist", "Tick this to put the party on the waiting list instead.")
    except Refused as refusal:
        form.add_error(field_of(refusal, form) or "departure", refusal.detail)
    return None


@transaction.atomic
def _create(request: HttpRequest, form: TakeBookingForm, *, waitlist: bool) -> Booking:
    data = form.cleaned_data
    customer = data["customer"] or find_or_create_customer(data=form.customer_data)
    booking = create_booking(
        departure_id=data["departure"].pk,
        customer=customer,
        party_size=data["party_size"],
        travellers=data["travellers"],
        notes=data["notes"],
        actor=staff(clerk(request)),
        now=timezone.now(),
        waitlist=waitlist,
        creation_key=data["creation_key"],
    )
    if booking.customer_id != customer.pk:  # the form was sent before: what this time made is not kept
        transaction.set_rollback(True)
    return booking


def _form_page(model_admin: "DeskAdmin", request: HttpRequest, form: TakeBookingForm) -> HttpResponse:
    sections = [
        ("Trip", [form[name] for name in ("departure", "party_size", "waitlist")]),
        ("Customer", [form[name] for name in ("customer", "name", "email", "phone", "country", "language")]),
        ("Party", [form[name] for name in ("travellers", "notes")]),
    ]
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Take a booking",
        "opts": model_admin.opts,
        "media": model_admin.media + form.media,
        "form": form,
        "sections": sections,
    }
    return TemplateResponse(request, "admin/bookings/take_booking.html", context)
