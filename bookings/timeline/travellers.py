"""Timeline entries about a booking's travellers."""

from collections.abc import Sequence
from dataclasses import dataclass

from bookings.models import Traveller
from bookings.timeline import Entry


@dataclass(frozen=True)
class TravellersChanged(Entry):
    """`changes` are pairs of a word and its names, such as ("renamed", ["Sara", "Sara Bekele"])."""

    code = "travellers_changed"
    changes: Sequence[tuple[str, Sequence[str]]]
    more: int  # changes that aren't named
    notes: bool  # those of the booking, too

    def __str__(self) -> str:
        told = [_traveller_change(word, *names) for word, names in self.changes]
        told += [f"and {self.more} more"] if self.more else []
        return "; ".join(told + (["notes of the booking"] if self.notes else []))


TRAVELLER_CHANGES = {
    "added": "{0} added",
    "removed": "{0} removed",
    "renamed": "{0} → {1}",
    "category": "{0} is now {2}, was {1}",
    "notes": "notes of {0}",
}


def _traveller_change(word: str, name: str, *more: str) -> str:
    categories = dict(Traveller.Category.choices) if word == "category" else {}
    return TRAVELLER_CHANGES.get(word, "{0}").format(name, *(categories.get(other, other) for other in more))
