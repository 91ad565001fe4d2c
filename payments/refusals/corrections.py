"""Why money by hand isn't corrected."""

from bookings.refusals.shared import ReasonMissing
from notifications.refusals import Refused
from payments.refusals.shared import NoPerson, WrongMethod

# -- Changing what is recorded


class ThroughProvider(WrongMethod):
    """`done` is the change as a participle, such as "voided"."""

    sentence = "{name} came through a provider and can't be {done} by hand."
    name: str
    done: str


class NoReasonOfFailure(ReasonMissing):
    sentence = "Say why it failed; the customer reads it."


class NoReasonToVoid(ReasonMissing):
    sentence = "Say what was wrong with the payment."


class NobodyVoids(NoPerson):
    sentence = "A void needs a person."


class HasRefunds(Refused):
    code = "has_refunds"
    sentence = "{name} is voided or refunded already."
    name: str
