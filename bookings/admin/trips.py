"""Trips: what is sold."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import BooleanRadioFilter
from unfold.decorators import display

from bookings.admin.search import find_trips
from bookings.desk.admin import DeskAdmin
from bookings.forms.trips import TripForm
from bookings.models import Trip
from bookings.wording import money


@admin.register(Trip)
class TripAdmin(DeskAdmin):
    form = TripForm
    list_display = ("code", "name", "destination", "listed_price", "capacity", "duration_hours", "on_sale")
    list_filter = (("is_active", BooleanRadioFilter),)
    search_fields = ("code", "name", "destination")
    search_help_text = "Code, name or destination"
    empty_hint = "Add what you sell, then its departures."
    fieldsets = (
        (None, {"fields": ("code", "name", "destination", "description", "is_active")}),
        (
            "New departures get",
            {"fields": ("time_zone", "currency", "price", "capacity", "duration_hours")},
        ),
        ("New bookings get", {"fields": ("hold_hours", "deposit_type", "deposit_value", "balance_due_days")}),
        ("When a booking is cancelled", {"fields": ("cancellation_tiers",)}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Trip | None = None) -> tuple[str, ...]:
        """Sold departures keep their hour, and imports find them by the code."""
        return ("code", "time_zone") if obj and obj.departures.exists() else ()

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Trip], search_term: str
    ) -> tuple[QuerySet[Trip], bool]:
        return (find_trips(queryset, search_term) if search_term.strip() else queryset), False

    @display(description="price a person", ordering="price")
    def listed_price(self, trip: Trip) -> str:
        return money(trip.price, trip.currency)

    @display(description="on sale", boolean=True, ordering="is_active")
    def on_sale(self, trip: Trip) -> bool:
        return trip.is_active
