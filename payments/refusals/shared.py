"""What more than one way of paying refuses.

Several sentences of one code are subclasses of the class that has the code.
"""

from http import HTTPStatus

from bookings.refusals.shared import WrongStatus
from notifications.refusals import Refused


class NoPerson(Refused):
    code = "no_person"
    sentence = "This needs a person who decides."


class NothingToDecide(WrongStatus):
    sentence = "{name} is {state}; there is nothing to decide."
    name: str
    state: str


class WrongAmount(Refused):
    code = "amount"
    sentence = "Give an amount above zero with at most two decimals."
    status = HTTPStatus.BAD_REQUEST
    field = "amount"
    form_fields = ("amount",)


class TooMuch(Refused):
    code = "too_much"
    form_fields = ("amount",)


class MoreThanOwed(TooMuch):
    """`owed` is an amount with its currency, as wording.money writes it."""

    sentence = "{name} owes {owed}, not more."
    name: str
    owed: str


class NothingOwed(Refused):
    code = "nothing_owed"
    sentence = "{name} owes nothing."
    name: str


class AlreadyRecorded(Refused):
    code = "already_recorded"


class WrongMethod(Refused):
    code = "method"


class Changed(Refused):
    code = "changed"
