"""Timeline entries about payments: asked for, made, received."""

from collections.abc import Sequence
from dataclasses import dataclass

from bookings.timeline import Entry, money
from payments.timeline.sums import Sum, method_of, money_of


@dataclass(frozen=True)
class PaymentReceived(Entry):
    code = "payment_received"
    sums: Sequence[Sum]
    source: str = ""  # what made us ask the provider, such as webhook

    def __str__(self) -> str:
        by = f", by {self.source}" if self.source else ""
        return ", ".join(f"{method_of(s)} {money_of(s)} ({s['tx_ref']}){by}" for s in self.sums)


@dataclass(frozen=True)
class PaymentImported(Entry):
    code = "payment_imported"
    kind = "payment_received"
    sum: Sum
    note: str

    def __str__(self) -> str:
        return f"{self.note}: {money_of(self.sum)} ({self.sum['tx_ref']})"


@dataclass(frozen=True)
class PaymentAwaited(Entry):
    code = "payment_awaited"
    sum: Sum

    def __str__(self) -> str:
        return f"{method_of(self.sum)} {money_of(self.sum)} expected ({self.sum['tx_ref']})"


@dataclass(frozen=True)
class PaymentStarted(Entry):
    code = "payment_started"
    sum: Sum

    def __str__(self) -> str:
        return f"{method_of(self.sum)} link for {money_of(self.sum)} ({self.sum['tx_ref']})"


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
