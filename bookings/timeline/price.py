"""Timeline entries about a booking's price."""

from dataclasses import dataclass

from bookings.timeline import Entry, money


@dataclass(frozen=True)
class PriceAdjusted(Entry):
    code = "price_adjusted"
    amount: str  # below zero: less
    total: str  # the new one
    currency: str
    reason: str

    def __str__(self) -> str:
        size = self.amount.removeprefix("-")
        way = "less" if self.amount.startswith("-") else "more"
        return f"{money(size, self.currency)} {way}, now {money(self.total, self.currency)}: {self.reason}"
