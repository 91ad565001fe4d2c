"""What an import was asked to do, and what became of each row."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from bookings.errors import Refused
from bookings.models import Departure


@dataclass(frozen=True)
class ImportOptions:
    """`good_rows`: write what is good although rows were refused. Without it a file goes in whole or not at all.

    `named`: the figures that the person was shown and said yes to; when they come out otherwise, nothing is written.
    """

    dry_run: bool = False
    good_rows: bool = False
    send_confirmations: bool = False
    named: str = ""


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
    dry_run: bool = False
    written: bool = False
    changed: bool = False  # not what the person was shown

    @property
    def figures(self) -> str:
        """What a person says yes to."""
        return f"{self.created},{self.updated},{self.unchanged},{len(self.refused)}"

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
            "dry_run": self.dry_run,
            "written": self.written,
        }


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
        raise Refused(
            "import_clash", "Somebody else added the same rows just now. Nothing was written; import the file again."
        ) from error
