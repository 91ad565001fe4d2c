"""What an import was asked to do, and what became of each row."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from bookings.constraints import doubled_in
from bookings.models import Booking, Departure, Trip
from bookings.refusals.files import ImportClash, ImportRefused
from bookings.services.importing.options import ImportOptions
from bookings.services.importing.styles import Question, Styles, questions
from notifications.refusals import Refused

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RowNote:
    """`row` is the row's number in the sheet, where the header is row 1."""

    row: int
    reason: str


@dataclass
class Report:
    """The figures of one import: rows = created + updated + unchanged + refused.

    They say what the good rows do, also in a dry run. `statuses` counts the good bookings by their status in the
    file; `paid` is the money recorded, by currency. Nothing is in the database unless `written`.
    """

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[RowNote] = field(default_factory=list)
    remarks: list[RowNote] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    paid: dict[str, Decimal] = field(default_factory=dict)
    oversold: list[Departure] = field(default_factory=list)
    styles: Styles = field(default_factory=Styles)
    dry_run: bool = False
    written: bool = False
    changed: bool = False  # not what the person was shown

    @property
    def figures(self) -> str:
        """What a person says yes to."""
        return f"{self.created},{self.updated},{self.unchanged},{len(self.refused)}{self.written_in}"

    @property
    def written_in(self) -> str:
        """How the file is read, where that matters."""
        styles = (self.styles.numbers, self.styles.dates)
        return "".join(f"|{style.style}" for style in styles) if any(style.example for style in styles) else ""

    @property
    def questions(self) -> list[Question]:
        """What a person may have to choose."""
        return [*questions(self.styles)]

    def refuse(self, row: int, reason: str) -> None:
        self.refused.append(RowNote(row, reason))

    def remark(self, row: int, text: str) -> None:
        self.remarks.append(RowNote(row, text))

    def count_status(self, status: str) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1

    def as_json(self) -> dict[str, Any]:
        stopped = not (self.written or self.dry_run)  # then nothing was created, and the figures say so
        return {
            "rows": self.rows,
            "created": 0 if stopped else self.created,
            "updated": 0 if stopped else self.updated,
            "unchanged": self.unchanged,
            "refused": [{"row": note.row, "reason": note.reason} for note in self.refused],
            "remarks": [{"row": note.row, "remark": note.reason} for note in self.remarks],
            "statuses": self.statuses,
            "paid": {} if stopped else {currency: f"{amount:.2f}" for currency, amount in self.paid.items()},
            "oversold": [
                {"departure": d.code, "capacity": d.planned_capacity, "sold": d.seats_taken}
                for d in ([] if stopped else self.oversold)
            ],
            "numbers": self.styles.numbers.style,
            "dates": self.styles.dates.style,
            "questions": [question.as_json() for question in self.questions if not question.answer],
            "dry_run": self.dry_run,
            "written": self.written,
        }


def _clash(error: IntegrityError) -> Refused:
    """Rows are compared with what is here before they are written: what is doubled all the same came in meanwhile."""
    names = {model._meta.db_table: model._meta.verbose_name for model in (Booking, Departure, Trip)}  # noqa: SLF001
    if name := names.get(doubled_in(error)):
        return ImportClash(str(name))
    logger.error("An import was refused by a rule of the database", exc_info=error)
    return ImportRefused()


@contextmanager
def all_or_nothing(report: Report, options: ImportOptions) -> Iterator[None]:
    """One transaction, kept only if it may be: no dry run, as named, and no refused row unless good rows are wanted."""
    report.dry_run = options.dry_run
    try:
        with transaction.atomic():
            yield
            report.refused.sort(key=lambda note: note.row)
            report.remarks.sort(key=lambda note: note.row)
            report.changed = options.named not in ("", report.figures)
            agreed = (options.good_rows or not report.refused) and not report.changed
            report.written = agreed and not options.dry_run
            if not report.written:
                transaction.set_rollback(True)
    except IntegrityError as error:
        raise _clash(error) from error
