"""The question of the payment link: how much, and the link itself to copy."""

from decimal import Decimal

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from bookings.desk.forms import ActionForm
from bookings.forms.fields import new_key
from bookings.links import pay_url
from bookings.services.mailing import why_not_mail
from bookings.wording import money
from notifications.number_fields import AmountField
from payments import providers
from payments.services.checkout.payable import why_not_payable


class LinkForm(ActionForm):
    """`url` is the link that asks for what is due whenever it is opened; or `problem` says why there is none."""

    above = "admin/payments/link.html"
    url = ""
    problem = ""
    sandbox = False

    creation_key = forms.CharField(max_length=64, widget=forms.HiddenInput, initial=new_key)
    amount = AmountField(
        min_value=Decimal("0.01"),
        max_digits=12,
        decimal_places=2,
        required=False,
        widget=UnfoldAdminDecimalFieldWidget({"step": "0.01"}),
    )

    def prepare(self) -> None:
        [booking], now = self.rows, timezone.now()
        provider = providers.current()
        self.sandbox = provider is not None and provider.is_sandbox
        if refusal := why_not_payable(booking, now):
            self.problem = self.why_not = refusal.detail
            self.ready = False
            self.fields.clear()
            return
        self.url = pay_url(booking)
        due = booking.due_at(now)
        self.initial.setdefault("amount", due)
        self.fields["amount"].label = f"Amount to ask for by mail, in {booking.currency}"
        self.fields["amount"].help_text = (
            f"Due now: {money(due, booking.currency)}; to pay in all: {money(booking.balance, booking.currency)}. "
            "With another amount the mail holds a link for just that."
        )
        if no_mail := why_not_mail(booking):
            self.ready = False
            self.why_not = no_mail.detail
            del self.fields["amount"]
