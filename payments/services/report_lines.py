"""The lines and sums of the revenue report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from payments.models.money import method_choices

CENT = Decimal("0.01")


@dataclass
class ReportLine:
    """Of one day, currency and method; in a total day or method is None. All sums are in `currency`, none negative.

    `refunded` has the bank's reversals too; a void takes back a payment that was recorded wrongly.
    """

    currency: str
    day: date | None = None
    method: str | None = None
    count: int = 0
    received: Decimal = Decimal("0.00")
    refunded: Decimal = Decimal("0.00")
    voided: Decimal = Decimal("0.00")

    @property
    def net(self) -> Decimal:
        return self.received - self.refunded - self.voided

    @property
    def method_label(self) -> str:
        return dict(method_choices()).get(self.method, self.method) if self.method else ""


@dataclass(frozen=True)
class RevenueReport:
    """`lines` by day (the latest first), currency and method; `methods` and `totals` over all days."""

    first: date
    last: date
    lines: list[ReportLine]
    methods: list[ReportLine]
    totals: list[ReportLine]


def exact(amount: Decimal | None) -> Decimal:
    """SQLite adds in binary."""
    return (amount or Decimal(0)).quantize(CENT)


def added(lines: Sequence[ReportLine], *, by_method: bool) -> list[ReportLine]:
    sums: dict[tuple[str, str | None], ReportLine] = {}
    for line in lines:
        method = line.method if by_method else None
        total = sums.setdefault((line.currency, method), ReportLine(line.currency, method=method))
        total.count += line.count
        total.received += line.received
        total.refunded += line.refunded
        total.voided += line.voided
    order = ["", *(method for method, _label in method_choices())]
    return sorted(sums.values(), key=lambda line: (line.currency, order.index(line.method or "")))
