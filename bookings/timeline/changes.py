"""Timeline entries about what a booking holds: its departure, party, due date and mails."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bookings.timeline import Entry
from notifications.kinds import all_kinds


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


def _day(day: str) -> str:
    return f"{date.fromisoformat(day):%a %-d %b %Y}"
