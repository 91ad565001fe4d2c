"""A booking as a row of another system's file."""

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import date, time
from decimal import Decimal

from bookings.services.create import MAX_PARTY
from bookings.services.importing import cells, people, values
from bookings.services.importing.columns import COLUMNS, NEW, PAID_BY, STATUS_WORD
from bookings.services.importing.report import Report
from bookings.services.importing.styles import Styles
from bookings.services.terms import MAX_TOTAL
from bookings.tables import Record


@dataclass(frozen=True)
class BookingRow:
    """`day` is in the trip's time zone, `booked_on` in the office's; `price` (a person) and `paid` in `currency`."""

    number: int
    ref: str
    trip: str
    day: date
    clock: time | None
    booked_on: date
    name: str
    email: str
    phone: str
    country: str
    party: int
    people: str
    price: Decimal
    currency: str
    status: str
    paid: Decimal
    paid_by: str
    notes: str
    others: tuple[str, ...] = ()  # further people that the cell of the lead name holds

    @property
    def total(self) -> Decimal:
        return self.price * self.party

    @property
    def fingerprint(self) -> str:
        """Kept as the booking's creation_key: the same row again is known, whatever became of the booking since."""
        _number, *content, others = astuple(self)
        content += [others] * bool(others)
        return "import:" + hashlib.sha256(repr(content).encode()).hexdigest()[:56]


def ref_key(ref: str) -> str:
    """W-24, w-24 and a wide Ｗ-24 are one."""
    return unicodedata.normalize("NFKC", ref).casefold()


def parse_rows(records: Sequence[Record], styles: Styles, report: Report) -> list[BookingRow]:
    """The good rows; the others are refused, each with all that is wrong with it."""
    rows = []
    for record in records:
        reader = cells.Cells(record, styles, spare=COLUMNS.spare)
        row = _row(record.number, reader)
        if reader.problems:
            report.refuse(record.number, " ".join(reader.problems))
        else:
            rows.append(row)
            for remark in reader.remarks:
                report.remark(record.number, remark)
    return rows


def _row(number: int, row: cells.Cells) -> BookingRow:
    party, count = _party(row)
    price = row.needed_money("Price per person")
    if price * party > MAX_TOTAL:
        row.problems.append("Price per person: the total is too large.")
    name, others = people.lead_name(row, party)
    email, other_email = people.email(row)
    phone, other_phone = people.phone(row)
    notes = row.optional("Notes", values.paragraph, "")
    return BookingRow(
        number=number,
        ref=row.needed("Ref", values.line(64), ""),
        trip=row.needed("Trip", values.trip_code, ""),
        day=row.day("Date"),
        clock=row.optional("Start time", values.clock, None),
        booked_on=row.day("Booked on"),
        name=name,
        email=email,
        phone=phone,
        country=row.optional("Country", values.country, ""),
        party=party,
        people=count,
        price=price,
        currency=row.needed("Currency", values.currency, ""),
        status=row.needed("Status", STATUS_WORD, "", cure=f"write {values.either(NEW)}"),
        paid=row.money("Paid"),
        paid_by=row.optional("Paid by", values.one_of(PAID_BY), ""),
        notes="\n".join(filter(None, (notes, other_phone, other_email))),
        others=others,
    )


def _party(row: cells.Cells) -> tuple[int, str]:
    """How many, and in words; Tourdesk's own exports say Party instead of Adults and Children."""
    number = values.count(MAX_PARTY)
    if row.has("Party"):
        party = row.optional("Party", number, 1)
        people = ""
    else:
        adults = row.needed("Adults", number, 1)
        children = row.optional("Children", number, 0)
        party = adults + children
        people = f"{adults} adult{'s' * (adults != 1)}, {children} child{'ren' * (children != 1)}"
    if not 1 <= party <= MAX_PARTY:
        row.problems.append(f"Adults and Children: {party} people; a party is between 1 and {MAX_PARTY} people.")
    return party, people


def without_repeats(rows: Sequence[BookingRow], report: Report) -> list[BookingRow]:
    """A Ref that is there twice, in capitals or not: unchanged when all say the same, else all of them are refused."""
    by_ref: dict[str, list[BookingRow]] = {}
    for row in rows:
        by_ref.setdefault(ref_key(row.ref), []).append(row)
    kept = []
    for same in by_ref.values():
        first, *others = same
        if len({replace(row, ref=first.ref).fingerprint for row in same}) > 1:
            numbers = ", ".join(str(row.number) for row in same)
            for row in same:
                report.refuse(row.number, f"Ref: {first.ref} is in rows {numbers} with different content. Keep one.")
            continue
        kept.append(first)
        report.unchanged += len(others)
        for row in others:
            report.remark(row.number, f"The same as row {first.number}.")
    return kept
