"""Timeline entries about payments that a person or a bank corrected."""

from dataclasses import dataclass

from bookings.timeline import Entry
from payments.timeline.sums import Sum, money_of, text_of


@dataclass(frozen=True)
class ReviewApplied(Entry):
    """Another sum than we asked for came in, and is kept as a payment of its own."""

    code = "review_applied"
    tx_ref: str
    kept: Sum

    def __str__(self) -> str:
        return f"{self.tx_ref}: {money_of(self.kept)} came instead, kept as {self.kept['tx_ref']}"


@dataclass(frozen=True)
class PaymentVoided(Entry):
    code = "payment_voided"
    sum: Sum
    reason: str

    def __str__(self) -> str:
        return f"{self.sum['tx_ref']} voided, {money_of(self.sum)}: {self.reason}"


@dataclass(frozen=True)
class PaymentTakenBack(Entry):
    """`unheard`: we hear of the payment only now that its money is gone again."""

    code = "payment_taken_back"
    sum: Sum
    reversed: bool
    unheard: bool = False

    def __str__(self) -> str:
        was_paid = f"{self.sum['tx_ref']} was paid, and " if self.unheard else ""
        how = "reversed by the bank" if self.reversed else "refunded at the provider, not asked for here"
        return f"{was_paid}{text_of(self.sum)}, {how}"


@dataclass(frozen=True)
class ProofAdded(Entry):
    code = "proof_added"
    tx_ref: str

    def __str__(self) -> str:
        return self.tx_ref
