"""Timeline entries about refunds."""

from dataclasses import dataclass

from bookings.timeline import Entry
from payments.timeline.sums import Sum, text_of, way_of


@dataclass(frozen=True)
class RefundRequested(Entry):
    code = "refund_requested"
    sum: Sum
    waits: bool  # for another person
    reason: str

    def __str__(self) -> str:
        how = f"({way_of(self.sum)}) when another person approves" if self.waits else "through the provider"
        return f"{text_of(self.sum)} to be paid back {how}: {self.reason}"


@dataclass(frozen=True)
class RefundApproved(Entry):
    code = "refund_approved"
    sum: Sum

    def __str__(self) -> str:
        return f"{text_of(self.sum)} may be paid back ({way_of(self.sum)})"


@dataclass(frozen=True)
class Refunded(Entry):
    code = "refunded"
    sum: Sum
    reason: str

    def __str__(self) -> str:
        return f"{text_of(self.sum)} paid back ({way_of(self.sum)}): {self.reason}"


@dataclass(frozen=True)
class RefundUnknown(Entry):
    code = "refund_unknown"
    sum: Sum
    note: str

    def __str__(self) -> str:
        return f"{text_of(self.sum)} may have been paid back, nobody knows yet: {self.note}"


@dataclass(frozen=True)
class RefundFailed(Entry):
    """`came_back`: it had gone out before."""

    code = "refund_failed"
    sum: Sum
    reason: str
    came_back: bool = False

    def __str__(self) -> str:
        return f"{text_of(self.sum)} {'' if self.came_back else 'was not paid back. '}{self.reason}"


class RefundTurnedDown(RefundFailed):
    code = "refund_turned_down"
