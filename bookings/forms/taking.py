"""Taking a booking: departure, customer, party, all on one page."""

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django_countries import countries
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from bookings.forms.fields import PickCustomer, PickDeparture, check_phone, new_key
from bookings.models import Booking, Customer, Traveller
from bookings.names import validate_name
from bookings.services.create import MAX_PARTY, TravellerData
from bookings.services.customers import CustomerData
from notifications.number_fields import WholeField

if TYPE_CHECKING:
    TravellerFormSet = forms.BaseInlineFormSet[Traveller, Booking, forms.ModelForm[Traveller]]
else:
    TravellerFormSet = forms.BaseInlineFormSet


WITH_CATEGORY = re.compile(r"(?P<name>.*\S)\s*[,(]\s*(?P<category>\w+)\s*\)?")


class TakeBookingForm(forms.Form):
    """The customer is one we know, or a new one by name."""

    creation_key = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=new_key)
    departure = PickDeparture(help_text="Type a code, a trip or a destination; only open departures show.")
    party_size = WholeField(
        label="People in the party",
        min_value=1,
        max_value=MAX_PARTY,
        initial=2,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    customer = PickCustomer(
        label="Known customer", required=False, help_text="Type a name, an e-mail address or a phone number."
    )
    name = forms.CharField(
        label="Or a new customer's name",
        max_length=150,
        required=False,
        validators=[validate_name],
        widget=UnfoldAdminTextInputWidget({"dir": "auto", "autocomplete": "off"}),
    )
    email = forms.EmailField(
        label="E-mail", required=False, widget=UnfoldAdminEmailInputWidget, help_text="Without it no mail can be sent."
    )
    phone = forms.CharField(
        max_length=30,
        required=False,
        validators=[check_phone],
        widget=UnfoldAdminTextInputWidget({"inputmode": "tel"}),
        help_text="Such as 0911 234567 or +44 20 7946 0000.",
    )
    country = forms.ChoiceField(choices=[("", "Not known"), *countries], required=False, widget=UnfoldAdminSelectWidget)
    language = forms.ChoiceField(
        label="Language of the mails",
        choices=settings.LANGUAGES,
        initial=settings.LANGUAGE_CODE,
        widget=UnfoldAdminSelectWidget,
        help_text=Customer._meta.get_field("language").help_text,  # noqa: SLF001 (Django's documented API)
    )
    travellers = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget({"rows": 3, "dir": "auto"}),
        help_text="One name a line, as far as you know them; add “, child” or “, infant” where it fits.",
    )
    notes = forms.CharField(required=False, widget=UnfoldAdminTextareaWidget({"rows": 2, "dir": "auto"}))
    waitlist = forms.BooleanField(
        label="If it's full, put them on the waiting list", required=False, widget=UnfoldBooleanWidget
    )

    def clean_travellers(self) -> list[TravellerData]:
        found = [traveller(line) for line in self.cleaned_data["travellers"].splitlines() if line.strip()]
        for named in found:
            validate_name(named.name)
        return found

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        known, new = data.get("customer"), data.get("name", "").strip()
        if known and new:
            self.add_error("customer", "Choose a known customer or write a new one's name, not both.")
        for name in ("email", "phone", "country"):
            if known and data.get(name):
                self.add_error(name, "A known customer is chosen: clear this, and change the customer's own page.")
        if not known and not new and "customer" not in self.errors:
            self.add_error("customer", "Choose a customer here, or write a new one's name below.")
        return data

    @property
    def customer_data(self) -> CustomerData:
        """The language only where somebody chose one."""
        names = ("name", "email", "phone", "country", "language")
        stated = {name: self.cleaned_data[name] for name in names}
        return CustomerData(**stated | ({} if "language" in self.changed_data else {"language": ""}))


def traveller(line: str) -> TravellerData:
    """“Sara Bekele, child” or “Sara Bekele (child)”; the category may be left out."""
    found = WITH_CATEGORY.fullmatch(line.strip())
    if found and (category := found["category"].lower()) in Traveller.Category.values:
        return TravellerData(name=found["name"][:150], category=category)
    return TravellerData(name=line.strip()[:150])


class PartyFormSet(TravellerFormSet):
    """No more names than the party has people. Each cell of the table has a name of its own, for screen readers."""

    def add_fields(self, form: "forms.ModelForm[Traveller]", index: int | None) -> None:
        super().add_fields(form, index)
        whom = "new traveller" if index is None else f"traveller {index + 1}"
        for name, field in form.fields.items():
            field.widget.attrs["aria-label"] = f"{'Remove' if name == 'DELETE' else field.label} {whom}"

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form.has_changed() or form.instance.pk]
        named = len([form for form in kept if form not in self.deleted_forms])
        if named > self.instance.party_size:
            raise forms.ValidationError(
                f"{named} travellers are named for a party of {self.instance.party_size}."
                " Take some off, or change the party size first."
            )
