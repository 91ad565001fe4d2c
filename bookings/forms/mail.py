"""The question which mail to send."""

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget

from bookings.desk.forms import ActionForm
from bookings.services import mailing, mailing_again
from notifications.kinds import all_kinds

CURRENT = "current"  # MailForm's answer for the mail that fits the state


class MailForm(ActionForm):
    kind = forms.ChoiceField(
        label="Mail",
        widget=UnfoldAdminSelectWidget({"autofocus": True}),
        help_text="One that goes out again says what it said before.",
    )

    def prepare(self) -> None:
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101 (for the type checker)
        kind.choices = self.choices()
        if not kind.choices:
            del self.fields["kind"]
            self.ready = False
            self.why_not = "There is no mail that could be sent about this now."

    def choices(self) -> list[tuple[str, str]]:
        """The mail that fits the state, as it would be written now, then what can be sent again."""
        bookings = [booking for booking in self.rows if booking.customer.email]
        now = {mailing.CURRENT[b.status] for b in bookings if b.status in mailing.CURRENT}
        words = all_kinds()[min(now)].label if len(now) == 1 else "What fits each booking's state"
        again = [kind for kind in mailing_again.can_be_sent_again(bookings) if kind not in now]
        fresh = [(CURRENT, f"{words}, written afresh")] if now else []
        return fresh + [(kind, f"{all_kinds()[kind].label}, once more") for kind in again]
