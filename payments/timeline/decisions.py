"""Timeline entries about decisions that were closed."""

from collections.abc import Sequence
from dataclasses import dataclass

from bookings.timeline import Entry
from payments.models import ClosedDecision


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


def _kind(kind: str) -> str:
    return str(ClosedDecision(kind=kind).get_kind_display())
