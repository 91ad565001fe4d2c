"""The questions about money that people take, await or void."""

from decimal import Decimal

from django import forms
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from bookings.desk.forms import ActionForm
from bookings.forms.fields import OFFICE_TIME, new_key
from bookings.wording import money
from notifications.number_fields import AmountField
from payments.forms.proof import ProofField
from payments.models import Payment

METHODS = [(method.value, method.label) for method in Payment.MANUAL]


class ExpectedMoneyForm(ActionForm):
    """Money that is announced but not here yet."""

    creation_key = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=new_key)
    method = forms.ChoiceField(choices=METHODS, widget=UnfoldAdminSelectWidget({"autofocus": True}))
    amount = AmountField(
        min_value=Decimal("0.01"),
        max_digits=12,
        decimal_places=2,
        required=False,
        widget=UnfoldAdminDecimalFieldWidget({"step": "0.01"}),
        help_text="Left blank: all that is still to pay.",
    )
    external_reference = forms.CharField(
        label="Receipt or bank reference",
        max_length=100,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Each can be used once for a method, so that the same money isn't recorded twice.",
    )
    note = forms.CharField(max_length=255, required=False, widget=UnfoldAdminTextInputWidget({"dir": "auto"}))
    proof = ProofField(required=False)

    def prepare(self) -> None:
        if len(self.rows) > 1:
            del self.fields["proof"]
        if len(self.rows) == 1:
            [booking] = self.rows
            self.initial.setdefault("amount", max(booking.balance, Decimal(0)))
            deposit = max(booking.deposit_due - booking.staying, Decimal(0))
            owed = f"Still to pay: {money(max(booking.balance, Decimal(0)), booking.currency)}"
            if deposit:
                owed += f", {money(deposit, booking.currency)} of it as the deposit"
            self.fields["amount"].label = f"Amount in {booking.currency}"
            self.fields["amount"].help_text = f"{owed}."


class ReceivedMoneyForm(ExpectedMoneyForm):
    """Money that somebody took."""

    received_at = forms.DateTimeField(
        label="Received",
        required=False,
        widget=UnfoldAdminTextInputWidget({"type": "datetime-local"}),
        help_text=f"{OFFICE_TIME} Left blank: now.",
    )
    field_order = ("creation_key", "method", "amount", "external_reference", "received_at", "note", "proof")


class FailedForm(ActionForm):
    reason = forms.CharField(
        label="Failed because",
        max_length=255,
        widget=UnfoldAdminTextInputWidget({"autofocus": True, "dir": "auto"}),
        help_text="The customer reads it in the mail, with how to pay again.",
    )


class VoidForm(ActionForm):
    reason = forms.CharField(
        label="What was wrong with it",
        max_length=255,
        widget=UnfoldAdminTextInputWidget({"autofocus": True, "dir": "auto"}),
        help_text="The customer reads it in the mail, and it stays on the timeline.",
    )
