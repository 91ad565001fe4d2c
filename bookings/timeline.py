"""What a booking's timeline says. An entry is a class: the row keeps its code and facts; its sentence is made of them.

So the words can change, or be in another language, and code can look for facts (BookingEvent.objects.filter(facts__…)).
payments/timeline.py has the entries about money. Rows of before have their words in `text`.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from bookings import wording
from bookings.models import BookingEvent, Traveller
from notifications.kinds import all_kinds


class Entry:
    """A frozen dataclass of plain JSON values: money as "900.00" beside its currency, a day as ISO 8601.

    `code` is for ever: rows hold it. `kind` is the row's, where it isn't the code; a change of status has the status.
    """

    code: ClassVar[str]
    kind: ClassVar[str] = ""
    BY_CODE: ClassVar[dict[str, type["Entry"]]] = {}

    def __init_subclass__(cls) -> None:
        if "code" in vars(cls):
            assert cls.code not in Entry.BY_CODE, cls.code  # noqa: S101 (a mistake in the code)
            Entry.BY_CODE[cls.code] = cls

    def __str__(self) -> str:
        raise NotImplementedError


def kind_of(entry: Entry | None) -> str:
    return (entry.kind or entry.code) if entry else ""


def facts_of(entry: Entry | None) -> dict[str, Any]:
    """As the row keeps them."""
    return {"code": entry.code, **asdict(entry)} if entry else {}  # type: ignore[call-overload]


def entry_of(event: BookingEvent) -> Entry | None:
    """None for a row of before, or one that only a newer release can read."""
    facts = dict(event.facts)
    entry = Entry.BY_CODE.get(facts.pop("code", ""))
    try:
        return entry(**facts) if entry else None
    except TypeError:
        return None


def sentence(event: BookingEvent) -> str:
    """Empty where the kind says it all."""
    entry = entry_of(event)
    return str(entry) if entry else event.text


def money(amount: str, currency: str) -> str:
    return wording.money(Decimal(amount), currency)


def plain(amount: Decimal) -> str:
    """As a fact."""
    return f"{amount:.2f}"


# --- changes of status; the row's kind is the new status -----------------------------------------

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


# --- other changes -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Rescheduled(Entry):
    code = "rescheduled"
    before: str  # codes of departures
    after: str

    def __str__(self) -> str:
        return f"Moved to {self.after}"


@dataclass(frozen=True)
class PartyChanged(Entry):
    code = "party_changed"
    before: int
    after: int

    def __str__(self) -> str:
        return f"Party of {self.before} is now {self.after}"


@dataclass(frozen=True)
class DueDateChanged(Entry):
    code = "due_date_changed"
    before: str  # empty when there was none
    after: str

    def __str__(self) -> str:
        was = f", before it was {_day(self.before)}" if self.before else ""
        return f"All to be paid by {_day(self.after)}{was}"


@dataclass(frozen=True)
class MailRequested(Entry):
    code = "mail_requested"
    mail: str  # its kind
    address: str

    def __str__(self) -> str:
        kind = all_kinds().get(self.mail)
        return f"{kind.label if kind else self.mail} to {self.address}"


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


@dataclass(frozen=True)
class NotesChanged(Entry):
    code = "notes_changed"

    def __str__(self) -> str:
        return ""


@dataclass(frozen=True)
class Imported(Entry):
    code = "imported"
    reference: str  # in the other system
    fields: Sequence[str]

    def __str__(self) -> str:
        return f"From {self.reference}: {', '.join(self.fields)}"


def _traveller_change(word: str, name: str, *more: str) -> str:
    categories = dict(Traveller.Category.choices) if word == "category" else {}
    return TRAVELLER_CHANGES.get(word, "{0}").format(name, *(categories.get(other, other) for other in more))


def _day(day: str) -> str:
    return f"{date.fromisoformat(day):%a %-d %b %Y}"
