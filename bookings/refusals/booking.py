"""What a booking is made of, and what may become of it."""

from decimal import Decimal
from http import HTTPStatus

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


class WrongPartySize(Refused):
    code = "party_size"
    status = HTTPStatus.BAD_REQUEST
    field = "party_size"
    form_fields = ("party_size",)


class PartyOutOfRange(WrongPartySize):
    sentence = "A party is between 1 and {most} people."
    most: int


class PartyTooCostly(WrongPartySize):
    """`unit_price` and `most` are in the departure's currency."""

    sentence = "{party_size} people at {unit_price:.2f} are more than {most:,}; split the party."
    party_size: int
    unit_price: Decimal
    most: Decimal


class TravellersNamed(Refused):
    code = "travellers"
    sentence = "{named} travellers are named; take some off the list first."
    status = HTTPStatus.BAD_REQUEST
    field = "travellers"
    form_fields = ("travellers", "party_size")
    named: int


class TooManyTravellers(TravellersNamed):
    sentence = "{named} travellers are named for a party of {party_size}."
    party_size: int


class NameMissing(Refused):
    code = "name_missing"
    sentence = "Give the customer's name."
    status = HTTPStatus.BAD_REQUEST
    field = "customer"
    form_fields = ("name",)


class WrongDueDate(Refused):
    code = "due_date"
    form_fields = ("due_on",)


class SameDueDate(WrongDueDate):
    sentence = "{name} is to be paid by that day already."
    name: str


class DueDateOver(WrongDueDate):
    sentence = "That day is over. Choose today or a later one."


class DueAfterDeparture(WrongDueDate):
    sentence = "Choose a day up to the departure: all is to be paid before it leaves."
