"""The questions of the actions."""

from collections.abc import Sequence
from decimal import Decimal

from django import forms
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from bookings.desk.forms import ActionForm
from bookings.forms.fields import PickDeparture
from bookings.models import Booking
from bookings.services.create import MAX_PARTY
from bookings.wording import Agreed
from notifications.number_fields import WholeField


class ReasonForm(ActionForm):
    reason = forms.CharField(
        max_length=255,
        widget=UnfoldAdminTextInputWidget({"autofocus": True, "dir": "auto"}),
        help_text="The customer reads it in the mail, and it stays on the timeline.",
    )


class ConfirmForm(ActionForm):
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


class RescheduleForm(ActionForm):
    departure = PickDeparture(
        label="New departure",
        help_text="Type a code, a trip or a destination; only open departures show. A difference is between what was"
        " agreed for the seats and what the same people would pay there today.",
    )
    price = forms.ChoiceField(
        required=False,
        initial="agreed",
        widget=UnfoldAdminSelectWidget,
        choices=[("agreed", "The agreed price stays"), ("new", "The new departure's price; other lines stay")],
    )

    def prepare(self) -> None:
        """The picker offers first where they all fit, of these their own trip, and not where they are."""
        field = self.fields["departure"]
        assert isinstance(field, PickDeparture)  # noqa: S101 (for the type checker)
        wish: dict[str, object] = {
            "party": sum(b.party_size for b in self.rows if b.status in Booking.HOLDS_SEATS),
        }
        for name, values in (
            ("leaving", {booking.departure_id for booking in self.rows}),
            ("trip", {booking.departure.trip_id for booking in self.rows}),
        ):
            if len(values) == 1:
                wish[name] = min(values)
        if agreed := agreed_by(self.rows):
            field.agreed = agreed
            wish |= {"agreed": agreed.total, "currency": agreed.currency}
            wish |= {"people": agreed.people, "parties": agreed.parties}
        field.widget.wish = wish


def agreed_by(bookings: Sequence[Booking]) -> Agreed | None:
    """For the seats; None where they are sold in several currencies: there is no sum then."""
    currencies = {booking.currency for booking in bookings}
    if len(currencies) != 1:
        return None
    total = sum((booking.unit_price * booking.party_size for booking in bookings), Decimal(0))
    return Agreed(total, min(currencies), sum(booking.party_size for booking in bookings), len(bookings))


class PartySizeForm(ActionForm):
    party_size = WholeField(
        label="People in the party",
        min_value=1,
        max_value=MAX_PARTY,
        widget=UnfoldAdminIntegerFieldWidget({"autofocus": True}),
    )

    def prepare(self) -> None:
        self.initial.setdefault("party_size", self.rows[0].party_size)
