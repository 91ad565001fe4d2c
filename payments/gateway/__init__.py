"""The narrow seam to payment providers: one file for each behind this protocol, and nothing else knows them.

What else differs by provider is a payments.providers.Provider, one for each.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol


class Verdict(StrEnum):
    """What an answer means for us, whatever its shape was."""

    DONE = "done"
    REFUSED = "refused"  # definite: it did not and will not happen
    UNKNOWN = "unknown"  # ask later, never post again
    MISCONFIGURED = "misconfigured"  # tell staff, change nothing


class Fault(StrEnum):
    """Why an answer concerns every payment, not only the one that was asked about."""

    KEY = "key"  # it isn't accepted
    ACCOUNT = "account"  # the key is good, but the account may not do this call
    MODE = "mode"  # test and live are mixed up
    SILENT = "silent"  # no answer, or an error of theirs


class State(StrEnum):
    """What a provider knows of a transaction or a refund, in our words."""

    PAID = "paid"
    PENDING = "pending"  # also: a refund on its way
    FAILED = "failed"  # for now: the customer may try again on the same link
    REFUNDED = "refunded"  # all or part of the money went back
    REVERSED = "reversed"  # the bank took it back; of a refund: it came back to us
    NOT_FOUND = "not_found"
    ODD = "odd"  # a word that we don't know: as pending, and staff are told


@dataclass(frozen=True)
class Order:
    """What a customer is to pay: `amount` in `currency`. Texts are as people wrote them; the gateway cleans them."""

    tx_ref: str
    amount: Decimal
    currency: str
    return_url: str
    callback_url: str
    title: str = ""
    description: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Answer:
    """A provider's answer. `detail` is a sentence for staff without secrets or people's data, and so is `raw`.

    `amount` and `charge` (the provider's fee) are in `currency`; None where the answer held no number.
    """

    verdict: Verdict
    detail: str = ""
    state: State = State.ODD
    reference: str = ""
    tx_ref: str = ""
    refund_ref: str = ""  # our own name of a refund
    checkout_url: str = ""
    amount: Decimal | None = None
    charge: Decimal | None = None
    currency: str = ""
    mode: str = ""
    raw: dict[str, Any] = field(default_factory=dict)
    fault: str = ""  # a Fault, where the answer concerns every payment


@dataclass(frozen=True)
class Transaction:
    """A row of a provider's own list of what it took.

    `identity` is the same for the same row read twice, and for no other; `reference` may be missing.
    """

    reference: str
    state: State
    amount: Decimal | None
    currency: str
    created_at: datetime | None
    raw: dict[str, Any] = field(default_factory=dict)
    identity: str = ""


class ListIncomplete(Exception):  # noqa: N818 (what happened, not whose fault)
    """The provider's list could not be read to its end; the text says why, for staff. `fault` as in Answer."""

    def __init__(self, why: str, fault: str = "") -> None:
        super().__init__(why)
        self.fault = fault


class Gateway(Protocol):
    """Calls block on the network. None raises, whatever the provider does.

    `tx_ref` is ours and unique for ever; `reference` is the provider's. `mode` is "test" or "live".
    """

    @property
    def method(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def mode(self) -> str: ...

    def initialise(self, order: Order) -> Answer:
        """DONE has a checkout_url. UNKNOWN may have reached the provider: the tx_ref is burnt either way."""
        ...

    def verify(self, *, tx_ref: str) -> Answer:
        """DONE has a state; PAID, REFUNDED and REVERSED come with amount, currency, mode, reference and tx_ref."""
        ...

    def cancel(self, *, tx_ref: str) -> Answer:
        """End a checkout link. REFUSED: it was over already, perhaps because it was paid; verify tells."""
        ...

    def refund(self, *, tx_ref: str, reference: str, amount: Decimal, reason: str, refund_ref: str = "") -> Answer:
        """DONE has a state (mostly PENDING) and the refund's own reference, if the provider gave one.

        `refund_ref` is our name of the refund, unique for ever; "" for one from before they had names.
        """
        ...

    def refund_status(self, *, reference: str) -> Answer:
        """DONE has the refund's state; `reference` is the refund's own, or our name of it, else the payment's."""
        ...

    def transactions(self, *, since: datetime) -> Iterator[Transaction]:
        """The provider's list back to `since`, the latest first. Raises ListIncomplete."""
        ...
