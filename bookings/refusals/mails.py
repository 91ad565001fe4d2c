"""Why a mail that a clerk asks for isn't written."""

from notifications.refusals import NoAddress, Refused


class CustomerHasNoAddress(NoAddress):
    sentence = "{name}: {customer} has no e-mail address."
    name: str
    customer: str


class NoMail(Refused):
    code = "no_mail"
    sentence = "{name} is {state}: no mail says how it stands."
    name: str
    state: str


class AskedAlready(Refused):
    code = "asked_already"
    sentence = "{name}: this mail was asked for a moment ago."
    name: str


class NoMessage(Refused):
    code = "no_message"
    sentence = "No such mail was written about it."
