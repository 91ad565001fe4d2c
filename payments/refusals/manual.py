"""Why money by hand isn't recorded, or not corrected; and what a proof of payment must be."""

from bookings.refusals.shared import ReasonMissing
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


# -- Proofs of payment


class WrongProof(Refused):
    code = "proof"
    form_fields = ("proof",)


class ProofTooLarge(WrongProof):
    sentence = "The file is larger than {megabytes} MB. Send a smaller scan or picture."
    megabytes: int


class NotAProof(WrongProof):
    sentence = "Choose a PDF, JPEG or PNG file; this one is something else inside, or by its name."


class ProofOfSeveral(WrongProof):
    sentence = "One file can't be the proof for several bookings. Record them one by one."


class NeedsNoProof(WrongMethod):
    sentence = "{name} came through a provider, whose answer is its proof."
    name: str


class HasProof(Refused):
    code = "has_proof"
    sentence = "{name} has its proof already, and nothing is replaced."
    name: str
