"""What a booking's timeline says of its money; see bookings.timeline, whose rules hold here, too."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from bookings.timeline import Entry, money, plain
from payments.models import ClosedDecision, Payment, Refund


class Sum(TypedDict):
    """A payment, or a refund of one, as facts."""

    tx_ref: str
    amount: str
    currency: str
    way: str  # a Payment.Method, or a Refund.Way


def paid(payment: Payment) -> Sum:
    return Sum(tx_ref=payment.tx_ref, amount=plain(payment.amount), currency=payment.currency, way=str(payment.method))


def back(refund: Refund) -> Sum:
    payment = refund.payment
    return Sum(tx_ref=payment.tx_ref, amount=plain(refund.amount), currency=payment.currency, way=str(refund.way))


# --- payments ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class PaymentReceived(Entry):
    code = "payment_received"
    sums: Sequence[Sum]
    source: str = ""  # what made us ask the provider, such as webhook

    def __str__(self) -> str:
        by = f", by {self.source}" if self.source else ""
        return ", ".join(f"{_method(s)} {_money(s)} ({s['tx_ref']}){by}" for s in self.sums)


@dataclass(frozen=True)
class PaymentImported(Entry):
    code = "payment_imported"
    kind = "payment_received"
    sum: Sum
    note: str

    def __str__(self) -> str:
        return f"{self.note}: {_money(self.sum)} ({self.sum['tx_ref']})"


@dataclass(frozen=True)
class PaymentAwaited(Entry):
    code = "payment_awaited"
    sum: Sum

    def __str__(self) -> str:
        return f"{_method(self.sum)} {_money(self.sum)} expected ({self.sum['tx_ref']})"


@dataclass(frozen=True)
class PaymentStarted(Entry):
    code = "payment_started"
    sum: Sum

    def __str__(self) -> str:
        return f"{_method(self.sum)} link for {_money(self.sum)} ({self.sum['tx_ref']})"


@dataclass(frozen=True)
class PaymentRequested(Entry):
    code = "payment_requested"
    amount: str
    currency: str
    address: str

    def __str__(self) -> str:
        return f"{money(self.amount, self.currency)} asked, the link sent to {self.address}"


@dataclass(frozen=True)
class PaymentFailed(Entry):
    code = "payment_failed"
    tx_refs: Sequence[str]
    reason: str

    def __str__(self) -> str:
        return ", ".join(f"{tx_ref}: {self.reason}" for tx_ref in self.tx_refs)


@dataclass(frozen=True)
class _PaymentNote(Entry):
    tx_ref: str
    reason: str

    def __str__(self) -> str:
        return f"{self.tx_ref}: {self.reason}"


class PaymentExpired(_PaymentNote):
    code = "payment_expired"


class PaymentInReview(_PaymentNote):
    code = "payment_in_review"


class ReviewRejected(_PaymentNote):
    code = "review_rejected"


@dataclass(frozen=True)
class ReviewApplied(Entry):
    """Another sum than we asked for came in, and is kept as a payment of its own."""

    code = "review_applied"
    tx_ref: str
    kept: Sum

    def __str__(self) -> str:
        return f"{self.tx_ref}: {_money(self.kept)} came instead, kept as {self.kept['tx_ref']}"


@dataclass(frozen=True)
class PaymentVoided(Entry):
    code = "payment_voided"
    sum: Sum
    reason: str

    def __str__(self) -> str:
        return f"{self.sum['tx_ref']} voided, {_money(self.sum)}: {self.reason}"


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
        return f"{was_paid}{_of(self.sum)}, {how}"


@dataclass(frozen=True)
class ProofAdded(Entry):
    code = "proof_added"
    tx_ref: str

    def __str__(self) -> str:
        return self.tx_ref


# --- refunds -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class RefundRequested(Entry):
    code = "refund_requested"
    sum: Sum
    waits: bool  # for another person
    reason: str

    def __str__(self) -> str:
        how = f"({_way(self.sum)}) when another person approves" if self.waits else "through the provider"
        return f"{_of(self.sum)} to be paid back {how}: {self.reason}"


@dataclass(frozen=True)
class RefundApproved(Entry):
    code = "refund_approved"
    sum: Sum

    def __str__(self) -> str:
        return f"{_of(self.sum)} may be paid back ({_way(self.sum)})"


@dataclass(frozen=True)
class Refunded(Entry):
    code = "refunded"
    sum: Sum
    reason: str

    def __str__(self) -> str:
        return f"{_of(self.sum)} paid back ({_way(self.sum)}): {self.reason}"


@dataclass(frozen=True)
class RefundUnknown(Entry):
    code = "refund_unknown"
    sum: Sum
    note: str

    def __str__(self) -> str:
        return f"{_of(self.sum)} may have been paid back, nobody knows yet: {self.note}"


@dataclass(frozen=True)
class RefundFailed(Entry):
    """`came_back`: it had gone out before."""

    code = "refund_failed"
    sum: Sum
    reason: str
    came_back: bool = False

    def __str__(self) -> str:
        return f"{_of(self.sum)} {'' if self.came_back else 'was not paid back. '}{self.reason}"


class RefundTurnedDown(RefundFailed):
    code = "refund_turned_down"


# --- decisions ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class DecisionsClosed(Entry):
    """`closed` are pairs: the list (a ClosedDecision.Kind) and the reason."""

    code = "decision_closed"
    closed: Sequence[Sequence[str]]

    def __str__(self) -> str:
        return "; ".join(f"“{_kind(kind)}” closed: {reason}" for kind, reason in self.closed)


@dataclass(frozen=True)
class DecisionsReopened(Entry):
    code = "decision_reopened"
    closed: Sequence[Sequence[str]]

    def __str__(self) -> str:
        return "; ".join(f"“{_kind(kind)}” opened again, was closed: {reason}" for kind, reason in self.closed)


def _of(of: Sum) -> str:
    return f"{of['tx_ref']}: {_money(of)}"


def _money(of: Sum) -> str:
    return money(of["amount"], of["currency"])


def _method(of: Sum) -> str:
    return str(Payment(method=of["way"]).get_method_display())


def _way(of: Sum) -> str:
    return str(Refund(way=of["way"]).get_way_display())


def _kind(kind: str) -> str:
    return str(ClosedDecision(kind=kind).get_kind_display())
