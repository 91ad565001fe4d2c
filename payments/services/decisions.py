"""What needs a person's decision about money: derived by bounded queries each time it is looked at.

Kept is only what a person has closed (closing_decisions.py): such an entry comes back when its facts are other ones.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet

from bookings.models import Booking
from payments.models import ClosedDecision, Payment, ProviderAlarm, ProviderEvent, Refund

SHOWN: Final = 50  # of each section
RECENT: Final = timedelta(days=30)
SLOW: Final = timedelta(days=7)  # a refund takes one to three working days
Kind = ClosedDecision.Kind


@dataclass(frozen=True)
class Decision:
    """One thing to decide: `row` is what it is about, `refundable` are payments from which money can go back.

    `fingerprint` stands for the facts that it rests on.
    """

    row: Payment | Refund | Booking | ProviderEvent | ProviderAlarm
    what: str
    since: datetime
    fingerprint: str
    booking: Booking | None = None
    amount: Decimal | None = None
    refundable: Sequence[Payment] = field(default=())

    @property
    def name(self) -> str:
        """Such as a booking's reference; of a refund its payment's."""
        return self.row.payment.tx_ref if isinstance(self.row, Refund) else str(self.row)


@dataclass(frozen=True)
class Look:
    """What is to be found: what is open, or of `only` these rows, closed or not."""

    now: datetime
    only: Collection[int] | None = None

    def at(self, kind: Kind, rows: "QuerySet[Any]") -> "QuerySet[Any]":
        """Of rows whose state alone is the fact."""
        if self.only is not None:
            return rows.filter(pk__in=self.only)
        closed = ClosedDecision.objects.filter(kind=kind, object_id=OuterRef("pk"), fingerprint=OuterRef("status"))
        return rows.exclude(Exists(closed.filter(reopened_at__isnull=True)))[: SHOWN + 1]


Find = Callable[[Look], Iterator[Decision]]


@dataclass(frozen=True)
class Topic:
    """A part of the list: who may close its entries, and how they are found."""

    kind: Kind
    hint: str
    permission: str
    find: Find
