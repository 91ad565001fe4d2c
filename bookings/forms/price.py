"""The question of another price."""

from decimal import Decimal
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from bookings.desk.forms import ActionForm
from bookings.services.price import limit_of
from bookings.wording import money


class AdjustPriceForm(ActionForm):
    seen = forms.DecimalField(widget=forms.HiddenInput)  # the total: of two clerks at once the second looks again
    amount = forms.DecimalField(
        label="More or less",
        max_digits=12,
        decimal_places=2,
        localize=False,
        widget=UnfoldAdminTextInputWidget({"autofocus": True, "inputmode": "text"}),
    )
    reason = forms.CharField(
        label="Reason",
        max_length=255,
        widget=UnfoldAdminTextInputWidget,
        help_text="It is the name of the line, which the customer may read.",
    )

    def prepare(self) -> None:
        [booking] = self.rows
        self.initial["seen"] = booking.total
        self.fields["amount"].help_text = (
            f"In {booking.currency}; -100 lowers the price by 100. {money(booking.total, booking.currency)} now;"
            f" adjustments up to {money(limit_of(booking), booking.currency)} need no manager."
        )

    def clean_amount(self) -> Decimal:
        amount: Any = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError("Give another amount than zero.")
        return Decimal(amount)
