"""Why money isn't paid back, or a refund not changed."""

from bookings.refusals.shared import WrongStatus
from notifications.refusals import Refused
from payments.refusals.shared import AlreadyRecorded, Changed, NoPerson, TooMuch

# -- Asking for one


class NobodyAsksForRefund(NoPerson):
    sentence = "A refund needs the person who asks for it."


class RefundRecorded(AlreadyRecorded):
    sentence = "{name}: this refund is recorded already."
    name: str


class AnotherRefund(Changed):
    sentence = "{name}: another refund was made meanwhile; look again."
    name: str


class NothingToPayBack(WrongStatus):
    sentence = "{name} is {state}, so there is nothing to pay back."
    name: str
    state: str


class MoreThanLeft(TooMuch):
    """`left` is an amount with its currency, as wording.money writes it."""

    sentence = "{name} has {left} left to pay back, not more."
    name: str
    left: str


class WrongWay(Refused):
    code = "way"
    sentence = "Choose how it is paid back."
    form_fields = ("way",)


class NotThroughProvider(WrongWay):
    sentence = "{name} can't be paid back through a provider. Choose another way."
    name: str


class Unclear(Refused):
    code = "unclear"
    sentence = "{name}: an earlier refund is still being checked. Settle that one first."
    form_fields = ("way",)
    name: str


# -- Approving it, paying it out, deciding what became of it


class NobodyApproves(NoPerson):
    sentence = "An approval needs a person."


class SamePerson(Refused):
    code = "same_person"
    sentence = "You asked for this refund yourself; somebody else has to approve it."


class NobodyPaysOut(NoPerson):
    sentence = "Paying out needs a person."


class NobodyHasLooked(NoPerson):
    sentence = "This needs a person who has looked."


class NotAtProvider(WrongStatus):
    sentence = "{name} isn't at the provider, so there is nobody to ask."
    name: str
