"""The questions of the acts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from bookings.forms.fields import PickDeparture
from bookings.services.taking import MAX_PARTY
from notifications.catalogue import KIND_CHOICES
from notifications.models import Message

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ActForm(forms.Form):
    """The question of an act; without fields it is a yes or no. `rows` are what the act is about."""

    def __init__(self, *args: Any, user: "User", rows: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.rows = rows
        self.prepare()

    def prepare(self) -> None:
        """Fit the fields to the person and the rows."""


class ReasonForm(ActForm):
    reason = forms.CharField(
        max_length=255,
        widget=UnfoldAdminTextInputWidget({"autofocus": True, "dir": "auto"}),
        help_text="The customer reads it in the mail, and it stays on the timeline.",
    )


class ConfirmForm(ActForm):
    unpaid_reason = forms.CharField(
        label="Confirm without the deposit because",
        max_length=255,
        required=False,
        widget=UnfoldAdminTextInputWidget({"autofocus": True, "dir": "auto"}),
        help_text="Only where the deposit isn't paid in full. It stays on the timeline; the customer doesn't see it.",
    )

    def prepare(self) -> None:
        if not self.user.has_perm("bookings.confirm_unpaid_booking"):
            del self.fields["unpaid_reason"]


class RescheduleForm(ActForm):
    departure = PickDeparture(
        label="New departure",
        help_text="Type a code, a trip or a destination; only open departures show. The agreed price stays.",
    )


class PartySizeForm(ActForm):
    party_size = forms.IntegerField(
        label="People in the party",
        min_value=1,
        max_value=MAX_PARTY,
        widget=UnfoldAdminIntegerFieldWidget({"autofocus": True}),
    )

    def prepare(self) -> None:
        self.initial.setdefault("party_size", self.rows[0].party_size)


class ResendForm(ActForm):
    kind = forms.ChoiceField(
        label="Mail",
        widget=UnfoldAdminSelectWidget,
        help_text="The latest of its kind goes out again, to the customer's present address.",
    )

    def prepare(self) -> None:
        topics = [booking.topic for booking in self.rows]
        known = set(Message.objects.filter(topic__in=topics).order_by().values_list("kind", flat=True).distinct())
        choices = [(kind, label) for kind, label in KIND_CHOICES if kind in known]
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101 (for the type checker)
        kind.choices = choices
        if not choices:
            kind.help_text = "No mail was written about this yet, so there is nothing to send again."
