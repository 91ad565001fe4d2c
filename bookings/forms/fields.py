"""Fields that several forms share."""

import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from bookings.desk.widgets import RowSelect
from bookings.models import Booking, Customer, Departure
from bookings.services.local_times import moment
from bookings.wording import Agreed, customer_choice, departure_choice

if TYPE_CHECKING:
    DepartureChoice = forms.ModelChoiceField[Departure]
    CustomerChoice = forms.ModelChoiceField[Customer]
else:
    DepartureChoice = CustomerChoice = forms.ModelChoiceField

OFFICE_TIME = f"{settings.TIME_ZONE.rpartition('/')[2].replace('_', ' ')} time."


def new_key() -> str:
    """Names the intent of a form: sent twice, it acts once."""
    return uuid.uuid4().hex


def check_phone(value: str) -> None:
    if sum(character.isdigit() for character in value) < 5:
        raise forms.ValidationError("Give a phone number, such as 0911 234567.")


class OfficeMoment(forms.SplitDateTimeField):
    """A day and a time by the office's clocks; one that they skip or show twice is refused by name."""

    def compress(self, data_list: Any) -> Any:
        try:
            return super().compress(data_list)
        except forms.ValidationError:
            zone = timezone.get_current_timezone()
            if not all(data_list) or not isinstance(zone, ZoneInfo):
                raise
            day, clock = data_list
        try:
            moment(day, clock, zone)
        except ValueError as error:
            raise forms.ValidationError(str(error), code="skipped") from None
        text = f"{clock:%H:%M} comes twice on {day} in {zone.key}: the clocks go back. Give a time before or after."
        raise forms.ValidationError(text, code="ambiguous")


class Pick(RowSelect):
    """Django's autocomplete, with the choices of bookings/admin/pickers.py. `wish` goes to the picker with the term."""

    def __init__(self, field_name: str, url_name: str) -> None:
        super().__init__(Booking._meta.get_field(field_name), admin.site)  # noqa: SLF001 (Django's documented API)
        self.url_name = url_name
        self.wish: dict[str, object] = {}

    def get_url(self) -> str:
        return f"{reverse(self.url_name)}?{urlencode(self.wish)}"


class PickDeparture(DepartureChoice):
    def __init__(self, **kwargs: Any) -> None:
        self.agreed: Agreed | None = None
        widget = Pick("departure", "admin:bookings_departure_pick")
        super().__init__(Departure.objects.select_related("trip"), widget=widget, **kwargs)

    def label_from_instance(self, obj: Departure) -> str:
        return departure_choice(obj, self.agreed)


class PickCustomer(CustomerChoice):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Customer.objects.all(), widget=Pick("customer", "admin:bookings_customer_pick"), **kwargs)

    def label_from_instance(self, obj: Customer) -> str:
        return customer_choice(obj)
