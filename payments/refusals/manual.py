"""Why money by hand isn't recorded."""

from notifications.refusals import Refused
from payments.refusals.shared import AlreadyRecorded, NoPerson, WrongMethod

# -- Recording money


class NobodyTookIt(NoPerson):
    sentence = "A payment by hand needs the person who took it."


class NobodyImports(NoPerson):
    sentence = "Payments of an import need the person who imports."


class NotByHand(WrongMethod):
    sentence = "Choose cash, bank transfer, card or other."


class WrongTime(Refused):
    code = "received_at"
    form_fields = ("received_at",)


class InTheFuture(WrongTime):
    sentence = "The money can't have come in the future."


class LongBefore(WrongTime):
    sentence = "That is long before {name} was booked. Is the year right?"
    name: str


class Waitlisted(Refused):
    code = "waitlisted"
    sentence = "{name} is on the waiting list; take money when it has seats."
    name: str


class ReferenceUsed(Refused):
    code = "reference_used"
    sentence = "A payment with the reference {reference} is recorded already."
    form_fields = ("external_reference",)
    reference: str


class PaymentRecorded(AlreadyRecorded):
    sentence = "This payment is recorded already."


class PaymentRecordedFor(AlreadyRecorded):
    sentence = "{name}: this payment is recorded already."
    name: str
