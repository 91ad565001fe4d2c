"""Timeline entries about a booking's status; the row's kind is the new status."""

from dataclasses import dataclass

from bookings.timeline import Entry

WHY = {
    "deposit_covered": "The deposit is covered",
    "departure_ended": "The departure has ended",
    "seat_came_free": "A seat came free",
    "no_seat_came_free": "No seat came free",
    "hold_over": "The hold was over",
    "brought_back": "Brought back",
    "no_show_undone": "No-show undone",
}


@dataclass(frozen=True)
class StatusChanged(Entry):
    code = "status_changed"
    why: str  # a key of WHY

    def __str__(self) -> str:
        return WHY.get(self.why, "")


@dataclass(frozen=True)
class ConfirmedUnpaid(Entry):
    code = "confirmed_unpaid"
    reason: str

    def __str__(self) -> str:
        return f"Without full deposit: {self.reason}"


@dataclass(frozen=True)
class Cancelled(Entry):
    code = "cancelled"
    reason: str

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True)
class CreatedByImport(Entry):
    code = "created_by_import"
    kind = "created"
    reference: str  # in the other system
    people: str

    def __str__(self) -> str:
        return f"{self.reference}: {self.people}" if self.people else self.reference
