"""Spreadsheets in and out: CSV and Excel files become a table of text; cells that would run as a formula stay text.

Files come from outside: size, width and length are bounded, and what can't be read is said in one sentence.
"""

import codecs
import csv
import io
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice
from typing import Any

import openpyxl

from bookings.formulas import unescape_cell
from bookings.refusals.files import UnreadableFile
from bookings.workbook_limits import (
    BROKEN,
    DIVIDE,
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    Clock,
    ClockedFile,
    check_workbook,
)

MAX_BYTES = 10 * 1024 * 1024
MAX_CHARACTERS = 20_000_000  # of all cells; one text of a workbook can stand in many
OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # .xls, and .xlsx with a password
DELIMITERS = ",;\t"


HEADER_FIRST = 2  # the first row below a header in row 1
HEADER_WITHIN = 20  # rows: titles may stand above the header
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
        names = {_plain(name) for name in row}
        missing = [name for name in self.needed if _plain(name) not in names]
        if self.either and not {_plain(name) for name in self.either} & names:
            missing.append(" or ".join(self.either))
        return missing

    def known(self, row: Iterable[str]) -> int:
        """How many of the names are columns of ours."""
        return len({_plain(name) for name in row} & {_plain(name) for name in self.all})


@dataclass(frozen=True)
class Record:
    """One row that isn't blank: its number in the sheet, and its text by column; `stray` cells have no header."""

    number: int
    cells: dict[str, str]
    stray: bool = False


def read_table(data: bytes, columns: Columns | None = None) -> Table:
    """CSV (UTF-8 or UTF-16; comma, semicolon or tab) or a sheet of an .xlsx file. Raises UnreadableFile.

    With `columns` their header is looked for, below titles and on each sheet; else it is the first row of all.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableFile(f"The file is larger than {MAX_BYTES // 1024**2} MB. Divide it into smaller ones.")
    if is_xlsx(data):
        return _xlsx_table(data, columns)
    rows = list(_csv_rows(data, columns))
    return _table(rows, header_at(rows, columns))


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


def _table(rows: list[list[str]], header: int | None, remark: str = "") -> Table:
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


def is_xlsx(data: bytes) -> bool:
    return data.startswith(b"PK")


def read_records(table: Table, columns: Columns) -> list[Record]:
    """The rows that aren't blank, by column. Raises UnreadableFile when a needed column is missing or there twice."""
    if missing := columns.lacking(table.headers):
        found = ", ".join(header for header in table.headers if header)[:300]
        where = "Its first row" if table.first == HEADER_FIRST else f"Its row {table.first - 1}"
        raise UnreadableFile(f"The file lacks the column{_s(missing)} {_listed(missing)}. {where} says: {found}.")
    known = {_plain(name): name for name in columns.all}
    names = [known.get(_plain(header)) for header in table.headers]
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise UnreadableFile(f"The file has the column{_s(twice)} {_listed(twice)} twice. Leave one.")
    places = [(place, name) for place, name in enumerate(names) if name]
    nameless = [place for place, header in enumerate(table.headers) if not header.strip()]
    return [
        Record(
            number,
            {name: _composed(row[place]) for place, name in places},
            stray=any(row[place].strip() for place in nameless),
        )
        for number, row in enumerate(table.rows, start=table.first)
        if any(cell.strip() for cell in row)
    ]


def _composed(cell: str) -> str:
    """As we wrote it, and é as one letter, however the file takes it apart."""
    return cell if isinstance(cell, Typed) else unicodedata.normalize("NFC", unescape_cell(cell))


def _plain(header: str) -> str:
    """E-mail, email and " E-Mail " are one column."""
    return "".join(letter for letter in header.casefold() if letter.isalnum())


def _s(names: Sequence[str]) -> str:
    return "s" * (len(names) > 1)


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _csv_rows(data: bytes, columns: Columns | None) -> Iterator[list[str]]:
    text = _decoded(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, columns), strict=True)
    try:
        yield from _bounded(reader, Clock())
    except csv.Error as error:
        raise UnreadableFile(f"Line {reader.line_num} can't be read as CSV ({error}). Check its quotes.") from error


def _decoded(data: bytes) -> str:
    """UTF-8, or the UTF-16 of Excel's “Unicode Text”, which begins with its mark."""
    if data.startswith(OLD_EXCEL):
        raise UnreadableFile("This is an old Excel file (.xls), or one with a password. Save it as .xlsx without one.")
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    if not wide and b"\0" in data:
        raise UnreadableFile("This isn't a CSV or Excel (.xlsx) file.")
    try:
        text = data.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UnreadableFile(
            f"Line {line} isn't UTF-{'16' if wide else '8'} text. "
            "Save the file as “CSV UTF-8” or as an Excel workbook (.xlsx)."
        ) from error
    if "\0" in text:
        raise UnreadableFile("This isn't a CSV or Excel (.xlsx) file.")
    return text


def _delimiter(text: str, columns: Columns | None) -> str:
    """The one that divides the header; without known names there the one that stands most often in the first line."""
    lines = [line[:MAX_CELL] for line in text.split("\n", HEADER_WITHIN)[:HEADER_WITHIN]]
    if columns:
        known = {(columns.known(line.split(delimiter)), delimiter) for line in lines for delimiter in DELIMITERS}
        most, delimiter = max(known)
        if most >= READABLE_HEADER:
            return delimiter
    return max(DELIMITERS, key=lines[0].count)


def _xlsx_table(data: bytes, columns: Columns | None) -> Table:
    book, clock = None, Clock()
    try:
        check_workbook(data, clock)
        book = openpyxl.load_workbook(ClockedFile(data, clock), read_only=True, data_only=False, keep_links=False)
        return _of_sheets(book.worksheets, columns, clock)
    except UnreadableFile:
        raise
    except Exception as error:  # a broken workbook breaks openpyxl in many ways
        raise UnreadableFile(BROKEN) from error
    finally:
        if book is not None:
            book.close()


def _of_sheets(sheets: Sequence[Any], columns: Columns | None, clock: Clock) -> Table:
    """The first sheet that has every column, else the first with a header of ours, else the first; others are named."""
    tops = [list(islice(_sheet_rows(sheet, clock), HEADER_WITHIN)) for sheet in (sheets if columns else sheets[:1])]
    places = [header_at(top, columns) for top in tops]
    fitting = [n for n, place in enumerate(places) if place is not None]
    complete = [n for n in fitting if columns and not columns.lacking(tops[n][places[n] or 0])]
    chosen = next(iter([*complete, *fitting, 0]))
    remark = f"The sheet “{sheets[chosen].title}” is read. " if chosen else ""
    if others := [f"“{sheets[n].title}”" for n in complete if n != chosen]:
        remark += f"The sheet {_listed(others)} has the same columns and isn't read: save it as a file of its own. "
    return _table(list(_sheet_rows(sheets[chosen], clock)), places[chosen], remark)


def _sheet_rows(sheet: Any, clock: Clock) -> Iterator[list[str]]:
    cells = sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS + 1, values_only=True)
    return _bounded(([cell_text(value) for value in row] for row in cells), clock)


def _bounded(rows: Iterable[list[str]], clock: Clock) -> Iterator[list[str]]:
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


def cell_text(value: Any) -> str:
    """An Excel cell as the text that a CSV of it would have: 2026-07-01, 07:30, 1500.5."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time.min else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        whole = isinstance(value, int) or value.is_integer()
        return Typed(int(value) if whole else f"{value:.15g}")  # as many digits as Excel shows
    return str(getattr(value, "text", value))  # an array formula is an object around its text
