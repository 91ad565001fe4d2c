"""The questions about money that goes back."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from bookings.desk.forms import ActionForm
from bookings.forms.fields import new_key
from bookings.wording import money
from notifications.number_fields import AmountField, WholeField
from payments.models import Payment, Refund
from payments.services.refunds.propose import left_on, propose
from payments.services.refunds.request import can_go_through_provider

Way = Refund.Way


class ReferenceForm(ActionForm):
    external_reference = forms.CharField(
        label="Receipt or bank reference",
        max_length=100,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Of what was paid out by hand, where there is one.",
    )


class RefundForm(ReferenceForm):
    """How much of a payment goes back, how and why; the amount is proposed."""

    creation_key = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=new_key)
    seen = WholeField(widget=forms.HiddenInput)  # so that of two clerks at once the second looks again
    amount = AmountField(
        min_value=Decimal("0.01"),
        max_digits=12,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget({"step": "0.01", "autofocus": True}),
    )
    way = forms.ChoiceField(label="How", widget=UnfoldAdminSelectWidget)
    reason = forms.CharField(
        max_length=255,
        widget=UnfoldAdminTextInputWidget({"dir": "auto"}),
        help_text="The customer reads it in the mail, and it stays on the timeline.",
    )
    price = forms.ChoiceField(
        label="The price",
        required=False,
        help_text="Matters where more goes back than was paid too much.",
        widget=UnfoldAdminSelectWidget,
        choices=[
            ("", "Which is meant?"),
            ("stays", "It stays: the customer owes the amount again"),
            ("lowered", "It goes down by the same amount: goodwill, nothing is owed again"),
        ],
    )
    field_order = ("creation_key", "seen", "amount", "way", "external_reference", "price", "reason")

    def prepare(self) -> None:
        [payment] = self.rows
        if payment.status != Payment.Status.SUCCEEDED:
            self.ready = False
            self.why_not = "Only a payment that has been received can be paid back."
            self.fields.clear()
            return
        proposal, left = propose(payment=payment, now=timezone.now()), left_on(payment)
        self.initial["seen"] = len(payment.refunds.all())
        self.initial["amount"] = proposal.amount or None
        self.fields["amount"].label = f"Amount in {payment.currency}"
        self.fields[
            "amount"
        ].help_text = f"{proposal.why} {money(left, payment.currency)} of this payment can go back at the most."
        self._offer_ways(payment)
        if not (payment.booking.allows("adjust_price") and self.user.has_perm("bookings.adjust_price_booking")):
            del self.fields["price"]

    def clean(self) -> dict[str, Any]:
        """Only what is beyond the price goes back without a question."""
        cleaned = super().clean() or self.cleaned_data
        [payment] = self.rows
        amount = cleaned.get("amount")
        excess = max(-payment.booking.balance, Decimal(0))
        if "price" in self.fields and amount and amount > excess and not cleaned.get("price"):
            owed = money(min(amount, amount - excess), payment.currency)
            self.add_error("price", f"{owed} would be owed again. Say which is meant.")
        return cleaned

    def _offer_ways(self, payment: Payment) -> None:
        by_provider = [(Way.PROVIDER.value, f"Through {payment.get_method_display()}")]
        by_hand = [(way.value, str(way.label)) for way in Way if way != Way.PROVIDER]
        field = self.fields["way"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 (for the type checker)
        field.choices = by_provider + by_hand if can_go_through_provider(payment) else by_hand
        if payment.method in Payment.MANUAL:
            self.initial["way"] = payment.method
