"""A departure's own fields; what is left blank comes from its trip."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms

from bookings.forms.fields import OfficeMoment
from bookings.models import Departure, Trip

if TYPE_CHECKING:
    DepartureModelForm = forms.ModelForm[Departure]
else:
    DepartureModelForm = forms.ModelForm

FROM_TRIP = ("price", "capacity", "currency")


class DepartureForm(DepartureModelForm):
    class Meta:
        model = Departure
        fields = ("trip", "starts_at", "ends_at", "capacity", "min_travellers", "price", "currency")
        field_classes = {"starts_at": OfficeMoment, "ends_at": OfficeMoment}
        help_texts = {"ends_at": "Left blank: the start plus the trip's length."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"ends_at", *FROM_TRIP} & set(self.fields):
            self.fields[name].required = False
        if not self.instance.pk:
            self.initial["currency"] = ""
            for name in FROM_TRIP:
                self.fields[name].help_text = "Left blank: the trip's own."

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        trip: Trip | None = self.instance.trip if self.instance.pk else data.get("trip")
        if trip is None:
            return data
        for name in FROM_TRIP:
            if name in self.fields and name not in self.errors and data.get(name) in (None, ""):
                data[name] = getattr(trip, name)
        if data.get("starts_at") and "ends_at" not in self.errors and not data.get("ends_at"):
            data["ends_at"] = data["starts_at"].astimezone(UTC) + timedelta(hours=trip.duration_hours)
        return data

    def clean_capacity(self) -> int | None:
        capacity: int | None = self.cleaned_data["capacity"]
        taken = self.instance.seats_taken
        if capacity is not None and capacity < taken:
            raise forms.ValidationError(f"{taken} seats are taken; the capacity can't be smaller.")
        return capacity

    def clean_starts_at(self) -> datetime | None:
        """Customers hold mails with the date: they are moved, and told, never silently."""
        starts_at: datetime | None = self.cleaned_data["starts_at"]
        if self.instance.pk and "starts_at" in self.changed_data:
            live = self.instance.bookings.live().count()
            if live:
                raise forms.ValidationError(
                    f"{live} live {'booking is' if live == 1 else 'bookings are'} on this departure."
                    " Make a new departure and move the bookings there."
                )
        return starts_at
