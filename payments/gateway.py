"""The narrow seam to a payment provider: one class per provider behind this protocol, and nothing else knows it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol


class Verdict(StrEnum):
    """What an answer means for us, whatever its shape was."""

    DONE = "done"
    REFUSED = "refused"  # definite: it did not and will not happen
    UNKNOWN = "unknown"  # ask later, never post again
    MISCONFIGURED = "misconfigured"  # tell staff, change nothing


@dataclass(frozen=True)
class Answer:
    """A provider's answer. `amount` is in `currency`; `raw` is kept for people and holds no secret."""

    verdict: Verdict
    detail: str = ""
    status: str = ""
    reference: str = ""
    checkout_url: str = ""
    amount: Decimal | None = None
    currency: str = ""
    raw: dict[str, Any] | None = None


class Gateway(Protocol):
    """Calls block on the network: never inside a transaction. `tx_ref` is ours and unique for ever."""

    def initialise(self, *, tx_ref: str, amount: Decimal, currency: str, email: str, return_url: str) -> Answer: ...

    def verify(self, *, tx_ref: str) -> Answer: ...

    def cancel(self, *, tx_ref: str) -> Answer: ...

    def refund(self, *, reference: str, amount: Decimal, reason: str) -> Answer: ...
