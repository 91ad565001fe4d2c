"""The choices of the forms' search fields, with what a clerk needs to choose: seats, price, phone."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.db.models import QuerySet
from django.utils import timezone

from bookings.models import Departure
from bookings.wording import customer_choice, departure_choice


class DeparturePicker(AutocompleteJsonView):
    """Open departures that haven't left, the next one first; full ones too, for their waiting list."""

    admin_site: Any = admin.site

    def get_queryset(self) -> QuerySet[Departure]:
        departures: QuerySet[Departure] = super().get_queryset()
        return departures.filter(status=Departure.Status.OPEN, starts_at__gt=timezone.now()).select_related("trip")

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        return {"id": str(obj.pk), "text": departure_choice(obj)}


class CustomerPicker(AutocompleteJsonView):
    admin_site: Any = admin.site

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        return {"id": str(obj.pk), "text": customer_choice(obj)}
