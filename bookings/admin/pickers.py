"""The choices of the forms' search fields, with what a clerk needs to choose: seats, price, phone."""

import re
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, F, Model, Q, QuerySet, When
from django.http import HttpRequest
from django.utils import timezone

from bookings.desk.autocomplete import StrictAutocomplete
from bookings.models import Customer, Departure
from bookings.wording import Agreed, customer_choice, departure_choice
from notifications import numbers

CODE = re.compile("[A-Z]{3}")  # of a currency


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

    The form may name the `party` (else 1), the departure that the party is `leaving` and its `trip`, whose other
    departures then come first, and what it has `agreed` on: the sum, with its `currency`, `people` and `parties`.
    """

    model = Departure

    def get_queryset(self) -> QuerySet[Departure]:
        departures: QuerySet[Departure] = super().get_queryset()
        departures = departures.filter(status=Departure.Status.OPEN, starts_at__gt=timezone.now())
        too_full = Case(When(capacity__lt=F("seats_taken") + self._number("party", 1), then=1), default=0)
        other_trip = Case(When(~Q(trip=self._number("trip", 0)), then=1), default=0)
        own = self._number("leaving", 0)
        return departures.exclude(pk=own).select_related("trip").order_by(too_full, other_trip, "starts_at", "code")

    def _number(self, name: str, default: int) -> int:
        text = self.request.GET.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else default

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        return {"id": str(obj.pk), "text": departure_choice(obj, self._agreed())}

    def _agreed(self) -> Agreed | None:
        total, currency = numbers.amount(self.request.GET.get("agreed", "")), self.request.GET.get("currency", "")
        if total is None or not CODE.fullmatch(currency):
            return None
        return Agreed(total, currency, self._number("people", 1), self._number("parties", 1))


class CustomerPicker(Picker):
    model = Customer

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        return {"id": str(obj.pk), "text": customer_choice(obj)}
