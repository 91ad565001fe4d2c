"""A spreadsheet once it is read: a table of text, with its columns and records."""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bookings.formulas import unescape_cell
from bookings.refusals.files import UnreadableFile
from bookings.workbook_limits import (
    DIVIDE,
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    Clock,
)

READABLE_HEADER = 2  # columns that we know make a row a header, perhaps one that lacks others


class Typed(str):
    """A number of the workbook's own: no style of writing stands between it and its value."""

    __slots__ = ()


@dataclass(frozen=True)
class Table:
    """A header and rows of text, each row as wide as the header; `first` is the number of the first of `rows`.

    `remark` says what was chosen of the file where it isn't simply the first sheet from its first row.
    """

    headers: list[str]
    rows: list[list[str]]
    first: int = 2
    remark: str = ""


@dataclass(frozen=True)
class Columns:
    """The columns an import reads, by the names that the clerk sees; of `either` one at least must be there.

    `money` and `days` are written in a style that the file must tell; a cell of `spare` may be left out with a remark.
    """

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    money: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return self.needed + self.optional + self.either

    def lacking(self, row: Iterable[str]) -> list[str]:
        """What a header of these names lacks."""
        names = {plain(name) for name in row}
        missing = [name for name in self.needed if plain(name) not in names]
        if self.either and not {plain(name) for name in self.either} & names:
            missing.append(" or ".join(self.either))
        return missing

    def known(self, row: Iterable[str]) -> int:
        """How many of the names are columns of ours."""
        return len({plain(name) for name in row} & {plain(name) for name in self.all})


@dataclass(frozen=True)
class Record:
    """One row that isn't blank: its number in the sheet, and its text by column; `stray` cells have no header."""

    number: int
    cells: dict[str, str]
    stray: bool = False


OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # .xls, and .xlsx with a password
HEADER_FIRST = 2  # the first row below a header in row 1
HEADER_WITHIN = 20  # rows: titles may stand above the header


def header_at(rows: Sequence[Sequence[str]], columns: Columns | None) -> int | None:
    """Which of the first rows holds the names of the columns: one with all that are needed, else with the most."""
    if columns is None:
        return None
    top = rows[:HEADER_WITHIN]
    complete = [place for place, row in enumerate(top) if not columns.lacking(row)]
    if complete:
        return complete[0]
    best = max(range(len(top)), key=lambda place: columns.known(top[place]), default=0)
    return best if top and columns.known(top[best]) >= READABLE_HEADER else None


def table_of(rows: list[list[str]], header: int | None, remark: str = "") -> Table:
    while rows and not any(rows[-1]):
        rows.pop()
    place = header or 0
    if not rows or not any(rows[place]):
        raise UnreadableFile("The first row must hold the names of the columns; it is blank.")
    if len(rows) == place + 1:
        raise UnreadableFile("The file has no rows below its header.")
    if place:
        remark += f"Row {place + 1} holds the names of the columns; what stands above it isn't read. "
    width = max(map(len, rows))
    headers, *body = [row + [""] * (width - len(row)) for row in rows[place:]]
    return Table(headers, body, first=place + 2, remark=remark.strip())


def composed(cell: str) -> str:
    """As we wrote it, and é as one letter, however the file takes it apart."""
    return cell if isinstance(cell, Typed) else unicodedata.normalize("NFC", unescape_cell(cell))


def plain(header: str) -> str:
    """E-mail, email and " E-Mail " are one column."""
    return "".join(letter for letter in header.casefold() if letter.isalnum())


def plural_s(names: Sequence[str]) -> str:
    return "s" * (len(names) > 1)


def listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


MAX_CHARACTERS = 20_000_000  # of all cells; one text of a workbook can stand in many


def bounded(rows: Iterable[list[str]], clock: Clock) -> Iterator[list[str]]:
    characters = 0
    for index, row in enumerate(rows):
        clock.check()
        while row and not row[-1]:
            row.pop()
        if index > MAX_ROWS:
            if row:
                raise UnreadableFile(f"The file has more than {MAX_ROWS:,} rows. {DIVIDE}")
            continue  # millions of blank lines at the end are not kept
        if len(row) > MAX_COLUMNS:
            raise UnreadableFile(f"Row {index + 1} has more than {MAX_COLUMNS} columns.")
        if max(map(len, row), default=0) > MAX_CELL:
            raise UnreadableFile(f"Row {index + 1} has a cell of more than {MAX_CELL:,} characters. Shorten it.")
        characters += sum(map(len, row))
        if characters > MAX_CHARACTERS:
            raise UnreadableFile(f"The file holds too much text. {DIVIDE}")
        yield row
