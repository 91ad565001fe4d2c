"""A customer's own fields; addresses and numbers are written as everywhere, so that they are found again."""

from typing import TYPE_CHECKING

from django import forms

from bookings.forms.fields import check_phone
from bookings.models import Customer
from bookings.services.customers import clean_email, clean_phone

if TYPE_CHECKING:
    CustomerModelForm = forms.ModelForm[Customer]
else:
    CustomerModelForm = forms.ModelForm


class CustomerForm(CustomerModelForm):
    class Meta:
        model = Customer
        fields = ("name", "email", "phone", "country", "language", "notes")

    def clean_email(self) -> str:
        return clean_email(self.cleaned_data["email"])

    def clean_phone(self) -> str:
        """What was imported as it was typed may stay."""
        phone: str = self.cleaned_data["phone"]
        if phone and "phone" in self.changed_data:
            check_phone(phone)
        return clean_phone(phone)
