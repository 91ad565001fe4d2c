"""How many travel, and who."""

from decimal import Decimal
from http import HTTPStatus

from notifications.refusals import Refused


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
