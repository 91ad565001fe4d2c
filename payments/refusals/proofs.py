"""What a proof of payment must be."""

from notifications.refusals import Refused
from payments.refusals.shared import WrongMethod

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
