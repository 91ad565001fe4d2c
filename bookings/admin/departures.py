"""Departures: seats, who is on them, and the manifest."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from unfold.contrib.filters.admin import MultipleChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import display

from bookings.admin import manifest
from bookings.admin.filters import DaysFilter, DepartsFilter, start_of_day
from bookings.admin.imports import ImportInSetsMixin
from bookings.admin.pickers import DeparturePicker
from bookings.admin.search import find_departures
from bookings.desk.admin import DeskAdmin, Panel
from bookings.forms.departures import DepartureForm
from bookings.forms.fields import OFFICE_TIME
from bookings.models import Departure
from bookings.resources import DepartureResource
from bookings.services.departures import departure_code, with_free_codes
from bookings.wording import local_time, money

SHOWN = 50
COLOURS: dict[str, str] = {
    Departure.Status.DRAFT: "",
    Departure.Status.OPEN: "success",
    Departure.Status.CLOSED: "warning",
    Departure.Status.CANCELLED: "danger",
    Departure.Status.COMPLETED: "info",
}


def bookings_panel(request: HttpRequest, departure: Departure) -> Panel | None:
    """The latest bookings on it, with a link to all of them."""
    if not request.user.has_perm("bookings.view_booking"):
        return None
    bookings = list(departure.bookings.select_related("departure__trip", "customer")[: SHOWN + 1])
    context = {"bookings": bookings[:SHOWN], "more": len(bookings) > SHOWN, "title": "Bookings on it"}
    return Panel("admin/bookings/bookings_panel.html", context | {"query": f"departure__id__exact={departure.pk}"})


@admin.register(Departure)
class DepartureAdmin(ImportInSetsMixin, DeskAdmin):
    resource_classes = [DepartureResource]
    import_resource = DepartureResource
    colours = COLOURS
    panels = [bookings_panel]
    form = DepartureForm
    fieldsets = (
        (None, {"fields": ("trip", "starts_at", "ends_at"), "description": f"Times are {OFFICE_TIME}"}),
        ("Seats and price", {"fields": ("capacity", "min_travellers", "price", "currency")}),
    )
    change_form_outer_before_template = "admin/bookings/departure_top.html"
    list_before_template = "admin/bookings/departures_hint.html"
    list_display = ("code", "shown_trip", "starts", "shown_status", "seats", "listed_price")
    list_select_related = ("trip",)
    empty_hint = "Add one, or import a spreadsheet of them. They are on sale when they are opened."
    list_filter = (
        DepartsFilter,
        ("status", MultipleChoicesDropdownFilter),
        ("trip", RelatedDropdownFilter),
        ("starts_at", DaysFilter),
    )
    search_fields = ("code",)
    search_help_text = "Code, trip, destination or day"
    autocomplete_fields = ("trip",)
    sortable_by = ("code", "starts", "shown_status")

    def get_ordering(self, request: HttpRequest) -> Sequence[Any]:
        """The next to leave first, then, in a search through all dates, those that have left, the latest first."""
        if request.GET.get(DepartsFilter.parameter_name) == "past":
            return ("-starts_at", "code")
        if not request.GET.get(SEARCH_VAR):
            return ("starts_at", "code")
        today = start_of_day(timezone.now())
        coming = Case(When(starts_at__gte=today, then="starts_at"))
        return (coming.asc(nulls_last=True), "-starts_at", "code")

    def get_urls(self) -> list[URLPattern]:
        protect = self.admin_site.admin_view
        return [
            path("pick/", protect(DeparturePicker.as_view()), name="bookings_departure_pick"),
            path(
                "<path:object_id>/manifest/",
                protect(self.manifest_view),
                name="bookings_departure_manifest",
            ),
            path(
                "<path:object_id>/manifest.csv",
                protect(self.csv_view),
                name="bookings_departure_manifest_csv",
            ),
            *super().get_urls(),
        ]

    @method_decorator(require_safe)
    def manifest_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return manifest.page(self, request, object_id)

    @method_decorator(require_safe)
    def csv_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return manifest.as_csv(self, request, object_id)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Departure], search_term: str
    ) -> tuple[QuerySet[Departure], bool]:
        return find_departures(queryset, search_term), False

    def has_delete_permission(self, request: HttpRequest, obj: Departure | None = None) -> bool:
        """Only one that nobody ever booked; the others are cancelled."""
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not obj.bookings.exists())

    def get_readonly_fields(self, request: HttpRequest, obj: Departure | None = None) -> tuple[str, ...]:
        """Its trip and currency are what its bookings were sold as."""
        return ("trip", "currency") if obj else ()

    def save_model(self, request: HttpRequest, obj: Departure, form: DepartureForm, change: bool) -> None:
        obj.code = departure_code(obj.trip, obj.starts_at)
        with_free_codes([obj])
        if change and "capacity" in form.changed_data:
            obj.planned_capacity = None  # a person has said how many seats there are
        super().save_model(request, obj, form, change)

    def action_row(self, obj: Departure) -> list[str]:
        seats = f"{obj.seats_taken} of {obj.capacity} seats taken"
        return [obj.code, obj.trip.name, local_time(obj.starts_at, obj.trip), seats, str(obj.get_status_display())]

    @display(description="trip", ordering="trip__name")
    def shown_trip(self, departure: Departure) -> str:
        return departure.trip.name

    @display(description="starts", ordering="starts_at")
    def starts(self, departure: Departure) -> SafeString:
        return format_html('<span class="td-nowrap">{}</span>', local_time(departure.starts_at, departure.trip))

    @display(description="status", ordering="status", label=COLOURS)
    def shown_status(self, departure: Departure) -> tuple[str, str]:
        return departure.status, str(departure.get_status_display())

    @display(description="seats")
    def seats(self, departure: Departure) -> SafeString:
        bar = format_html(
            '<span class="td-seats"><progress value="{0}" max="{1}"></progress> {0} of {1}</span>',
            departure.seats_taken,
            max(departure.capacity, 1),
        )
        if not departure.oversold_by:
            return bar
        return format_html('{}<div class="td-warn">Oversold by {} in the old system</div>', bar, departure.oversold_by)

    @display(description="price a person", ordering="price")
    def listed_price(self, departure: Departure) -> str:
        return money(departure.price, departure.currency)
