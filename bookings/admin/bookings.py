"""The booking list and the booking page. What changes a booking is an action (actions/), never a field."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    MultipleChoicesDropdownFilter,
)
from unfold.decorators import display

from bookings.actors import staff
from bookings.admin import take_booking
from bookings.admin.filters import DaysFilter, OverdueFilter
from bookings.admin.imports import ImportInSetsMixin
from bookings.admin.panels import messages_panel, price_panel, timeline_panel
from bookings.admin.search import find_bookings
from bookings.desk.admin import DeskAdmin
from bookings.desk.people import clerk, person, two_lines
from bookings.desk.widgets import RowFilter
from bookings.forms.taking import PartyFormSet
from bookings.models import Booking, Traveller
from bookings.resources import BookingResource
from bookings.services.travellers import note_changes, travellers_of
from bookings.wording import local_time, money, people, time_left

COLOURS: dict[str, str] = {
    Booking.Status.WAITLISTED: "primary",
    Booking.Status.PENDING: "warning",
    Booking.Status.CONFIRMED: "success",
    Booking.Status.EXPIRED: "",
    Booking.Status.COMPLETED: "info",
    Booking.Status.CANCELLED: "danger",
    Booking.Status.NO_SHOW: "danger",
}


class TravellerInline(TabularInline):
    model = Traveller
    formset = PartyFormSet
    fields = ("name", "category", "notes")
    extra = 0
    hide_title = True

    def get_max_num(self, request: HttpRequest, obj: Booking | None = None, **kwargs: Any) -> int:
        return obj.party_size if obj else 0


@admin.register(Booking)
class BookingAdmin(ImportInSetsMixin, DeskAdmin):
    resource_classes = [BookingResource]
    colours = COLOURS
    panels = [price_panel, messages_panel, timeline_panel]
    inlines = (TravellerInline,)
    fields = ("notes",)
    change_form_outer_before_template = "admin/bookings/booking_top.html"
    list_display = ("reference", "shown_status", "who", "where", "party", "shown_money")
    list_display_links = ("reference",)
    list_select_related = ("customer", "departure__trip")
    add_label = "Take a booking"
    empty_hint = "Take the first one, or import those of the old system."
    list_filter = (
        ("status", MultipleChoicesDropdownFilter),
        OverdueFilter,
        ("departure", RowFilter),
        ("customer", RowFilter),
        ("departure__starts_at", DaysFilter),
        ("created_at", DaysFilter),
        ("source", ChoicesDropdownFilter),
    )
    linked_lookups = frozenset({"status__in", "paid__gt", "hold_expires_at__gte", "hold_expires_at__lt"})
    search_fields = ("reference",)
    search_help_text = "Reference, name, e-mail, phone, trip, day or departure code, in any order"
    sortable_by = ("reference", "shown_status")

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        @display(description="next step")
        def next_step(booking: Booking) -> SafeString:
            return self.next_steps(request, booking)

        return [*super().get_list_display(request), next_step]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Booking], search_term: str
    ) -> tuple[QuerySet[Booking], bool]:
        return find_bookings(queryset, search_term), False

    def has_delete_permission(self, request: HttpRequest, obj: Booking | None = None) -> bool:
        """A booking is cancelled; its history stays."""
        return False

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return take_booking.page(self, request)

    def save_model(self, request: HttpRequest, obj: Booking, form: "forms.ModelForm[Booking]", change: bool) -> None:
        """Only what this form edits: a service may have moved the rest since the page was opened."""
        obj.save(update_fields=["notes", "updated_at"])

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        booking: Booking = form.instance
        before = travellers_of(booking)
        super().save_related(request, form, formsets, change)
        notes, actor = "notes" in form.changed_data, staff(clerk(request))
        note_changes(booking=booking, before=before, notes=notes, actor=actor, now=timezone.now())

    def action_row(self, obj: Booking) -> list[str]:
        departure = obj.departure
        when = f"{departure.trip.name}, {local_time(departure.starts_at, departure.trip)}"
        return [obj.reference, obj.customer.name, when, people(obj.party_size), str(obj.get_status_display())]

    @display(description="status", ordering="status", label=COLOURS)
    def shown_status(self, booking: Booking) -> tuple[str, str]:
        return booking.status, str(booking.get_status_display())

    @display(description="customer")
    def who(self, booking: Booking) -> SafeString:
        customer = booking.customer
        return two_lines(person(customer.name), customer.phone or customer.email)

    @display(description="departure")
    def where(self, booking: Booking) -> SafeString:
        departure = booking.departure
        return two_lines(departure.trip.name, local_time(departure.starts_at, departure.trip))

    @display(description="people")
    def party(self, booking: Booking) -> int:
        return booking.party_size

    @display(description="paid of total")
    def shown_money(self, booking: Booking) -> SafeString:
        total = money(booking.total, booking.currency)
        paid = "nothing paid" if not booking.paid else f"{money(booking.paid, booking.currency)} paid"
        if booking.status == Booking.Status.PENDING and booking.hold_expires_at:
            paid += f", {time_left(booking.hold_expires_at, timezone.now())}"
        if booking.is_overdue(timezone.now()):
            paid = format_html('{}<div class="td-overdue">Overdue</div>', paid)
        return two_lines(total, paid)
