"""A departure as a row of another system's file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from bookings.services.importing import cells, values
from bookings.services.importing.report import Report
from bookings.tables import Columns, Record

COLUMNS = Columns(
    needed=("Trip", "Date", "Start time", "Capacity", "Price", "Currency"),
    optional=("Trip name",),
    money=("Price",),
    days=("Date",),
    spare=("Trip name",),
)
LARGEST = 10_000


@dataclass(frozen=True)
class DepartureRow:
    """`day` and `clock` are in the trip's own time zone; `price` is in `currency`."""

    number: int
    trip: str
    trip_name: str
    day: date
    clock: time
    capacity: int
    price: Decimal
    currency: str


def parse(records: Sequence[Record], report: Report) -> list[DepartureRow]:
    rows = []
    for record in records:
        row = cells.Cells(record, report.styles, spare=COLUMNS.spare)
        parsed = DepartureRow(
            number=record.number,
            trip=row.needed("Trip", values.trip_code, ""),
            trip_name=row.optional("Trip name", values.line(120), ""),
            day=row.day("Date"),
            clock=row.needed("Start time", values.clock, time.min),
            capacity=row.needed("Capacity", values.count(LARGEST), 0),
            price=row.needed_money("Price"),
            currency=row.needed("Currency", values.currency, ""),
        )
        if row.problems:
            report.refuse(record.number, " ".join(row.problems))
        else:
            rows.append(parsed)
            for remark in row.remarks:
                report.remark(record.number, remark)
    return rows


def without_repeats(rows: Sequence[DepartureRow], report: Report) -> list[DepartureRow]:
    """A departure that is there twice: unchanged when both rows say the same, else both are refused."""
    by_start: dict[tuple[str, date, time], list[DepartureRow]] = {}
    for row in rows:
        by_start.setdefault((row.trip, row.day, row.clock), []).append(row)
    kept = []
    for first, *others in by_start.values():
        if len({(row.capacity, row.price, row.currency) for row in (first, *others)}) > 1:
            numbers = ", ".join(str(row.number) for row in (first, *others))
            for row in (first, *others):
                report.refuse(row.number, f"Rows {numbers} are one departure with different content. Keep one.")
            continue
        kept.append(first)
        report.unchanged += len(others)
        for row in others:
            report.remark(row.number, f"The same departure as row {first.number}.")
    return kept


def repeat(first: DepartureRow, row: DepartureRow, report: Report, *, differs: bool) -> None:
    """One start, written with and without its offset."""
    if differs:
        report.refuse(row.number, f"Rows {first.number}, {row.number} are one departure with different content.")
    else:
        report.unchanged += 1
        report.remark(row.number, f"The same departure as row {first.number}.")
