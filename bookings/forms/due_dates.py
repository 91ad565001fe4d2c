"""The question of the day to pay by."""

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from bookings.desk.forms import ActionForm


class DueDateForm(ActionForm):
    due_on = forms.DateField(
        label="All to be paid by",
        widget=UnfoldAdminTextInputWidget({"type": "date", "autofocus": True}),
        help_text="The last day, in the trip's time zone; up to the day of the departure.",
    )

    def prepare(self) -> None:
        [booking] = self.rows
        if booking.balance_due_on:
            self.initial.setdefault("due_on", booking.balance_due_on.isoformat())
