"""The choices of the forms' search fields, with what a clerk needs to choose: seats, price, phone."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, F, Model, QuerySet, When
from django.http import HttpRequest
from django.utils import timezone

from bookings.models import Customer, Departure
from bookings.wording import customer_choice, departure_choice
from notifications.admin.autocomplete import StrictAutocomplete


class Picker(StrictAutocomplete):
    """Answers only for a field that points to `model`: its choices are worded for that."""

    admin_site: Any = admin.site
    model: type[Model]

    def process_request(self, request: HttpRequest) -> Any:
        found = super().process_request(request)
        if found[1].model is not self.model:
            raise PermissionDenied
        return found


class DeparturePicker(Picker):
    """Open departures that haven't left, the next first; at the end, for their waiting lists, those too full.

    The form may name the `party` (else 1) and the departure that the party is `leaving`.
    """

    model = Departure

    def get_queryset(self) -> QuerySet[Departure]:
        departures: QuerySet[Departure] = super().get_queryset()
        departures = departures.filter(status=Departure.Status.OPEN, starts_at__gt=timezone.now())
        too_full = Case(When(capacity__lt=F("seats_taken") + self._number("party", 1), then=1), default=0)
        own = self._number("leaving", 0)
        return departures.exclude(pk=own).select_related("trip").order_by(too_full, "starts_at", "code")

    def _number(self, name: str, default: int) -> int:
        text = self.request.GET.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else default

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        return {"id": str(obj.pk), "text": departure_choice(obj)}


class CustomerPicker(Picker):
    model = Customer

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        return {"id": str(obj.pk), "text": customer_choice(obj)}
