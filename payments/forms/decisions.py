"""The questions about money that somebody has to decide."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminTextInputWidget

from bookings.desk.forms import ActionForm


class StaffReasonForm(ActionForm):
    reason = forms.CharField(
        max_length=255,
        widget=UnfoldAdminTextInputWidget({"autofocus": True, "dir": "auto"}),
        help_text="It stays on the timeline; the customer doesn't see it.",
    )


class LookedForm(StaffReasonForm):
    """What a person saw who looked at the provider's own pages."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = "What you saw at the provider"
