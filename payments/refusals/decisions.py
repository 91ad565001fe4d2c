"""Why an entry of “Needs a decision” stays as it is, or a report can't be made."""

from bookings.refusals.shared import WrongStatus
from notifications.refusals import Refused
from payments.refusals.shared import Changed


class AlreadyClosed(Refused):
    code = "already_closed"


class ClosedBy(AlreadyClosed):
    sentence = "{name}: {person} has closed this already: {reason}"
    name: str
    person: str
    reason: str


class ClosedJustNow(AlreadyClosed):
    sentence = "Another person has just closed one of these. Look at the list again."


class DecisionChanged(Changed):
    sentence = "{name}: it has changed, or needs no decision any more. Look at the list again."
    name: str


class NotClosed(WrongStatus):
    sentence = "{name} isn't closed any more."
    name: str


class NotYours(Refused):
    code = "permission"
    sentence = "{name} is for others to decide."
    name: str


class NobodyHasToSee(WrongStatus):
    sentence = "{name} is {state}; nobody has to see to it."
    name: str
    state: str


class WrongDays(Refused):
    code = "days"


class DaysReversed(WrongDays):
    sentence = "The first day must not be after the last."


class TooManyDays(WrongDays):
    sentence = "Choose at most a year at once."
