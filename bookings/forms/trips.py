"""A trip's own fields: what its departures and bookings begin with, and what is paid back."""

from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django import forms

from bookings.models import Trip
from bookings.models.trips import TIER

if TYPE_CHECKING:
    TripModelForm = forms.ModelForm[Trip]
else:
    TripModelForm = forms.ModelForm

Deposit = Trip.Deposit
LONGEST_DUE = 365  # days


class TripForm(TripModelForm):
    class Meta:
        model = Trip
        fields = "__all__"  # the admin's fieldsets name them
        labels = {"balance_due_days": "all to be paid, days before"}
        help_texts = {
            "deposit_type": "What must be paid before a booking is confirmed. The hold ends without it.",
            "deposit_value": "30 is 30 % of the total, or 30 for each traveller in the trip's currency.",
            "balance_due_days": "14: all is to be paid two weeks before the departure; 0: on its day. Bookings taken"
            " later are due at once. Reminders go by this day.",
            "cancellation_tiers": "Days before the departure : percent paid back. 30:100, 14:50 gives all back up to"
            " 30 days before, half up to 14 days, then nothing. Left blank: nothing. Staff see it as a proposal.",
        }

    def clean_balance_due_days(self) -> int:
        days: int = self.cleaned_data["balance_due_days"]
        if days > LONGEST_DUE:
            raise forms.ValidationError(f"Give at most {LONGEST_DUE} days.")
        return days

    def clean_cancellation_tiers(self) -> str:
        """In one order and spelling. What can't be read is left to the model's own check."""
        written: str = self.cleaned_data["cancellation_tiers"]
        tiers = [TIER.fullmatch(tier) for tier in written.split(",")]
        found = sorted(((int(tier["days"]), int(tier["percent"])) for tier in tiers if tier), reverse=True)
        if len(found) < len(tiers):
            return written
        if len({days for days, _percent in found}) < len(found):
            raise forms.ValidationError("Name each number of days once.")
        if any(earlier < later for (_, earlier), (_, later) in pairwise(found)):
            raise forms.ValidationError("The nearer the departure, the less is paid back, such as 30:100, 14:50.")
        return ", ".join(f"{days}:{percent}" for days, percent in found)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        value: Decimal | None = data.get("deposit_value")
        if data.get("deposit_type") == Deposit.NONE:
            data["deposit_value"] = Decimal(0)
            self.errors.pop("deposit_value", None)  # nobody asks for it
        elif value is not None and (problem := _unfit(data, value)):
            self.add_error("deposit_value", problem)
        return data


def _unfit(data: dict[str, Any], value: Decimal) -> str:
    price: Decimal | None = data.get("price")
    if value == 0:
        return "Give a deposit above zero, or choose “Nothing in advance”."
    if data.get("deposit_type") == Deposit.PERCENT and value > 100:
        return "A percentage is at most 100."
    if data.get("deposit_type") == Deposit.FIXED and price is not None and value > price:
        return f"The deposit is more than the price of {price:.2f} a person."
    return ""
