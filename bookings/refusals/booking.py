"""What may become of a booking."""

from notifications.refusals import Refused


class AlreadyConfirmed(Refused):
    code = "already_confirmed"
    sentence = "{name} is confirmed already."
    name: str


class AlreadyCancelled(Refused):
    code = "already_cancelled"
    sentence = "{name} is cancelled already."
    name: str


class DepositMissing(Refused):
    code = "deposit_missing"
    sentence = "{name} lacks {owed} of its deposit. {going_back}"
    form_fields = ("unpaid_reason",)
    name: str
    owed: str
    going_back: str

    @property
    def detail(self) -> str:
        return super().detail.strip()


class HoldChanged(Refused):
    code = "hold_changed"
    sentence = "The hold was changed."


class NotDeparted(Refused):
    code = "not_departed"
    sentence = "{name}: {departure} hasn't left yet."
    name: str
    departure: str
