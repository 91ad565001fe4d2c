"""Spreadsheets in and out: CSV and Excel files become a table of text; cells that would run as a formula stay text.

Files come from outside: size, width and length are bounded, and what can't be read is said in one sentence.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from bookings.errors import UnreadableFile
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
# Where a formula would start: at the beginning, and after what may begin another cell or row for a spreadsheet that
# divides at semicolons and so takes no quote in the middle for one. Wide signs count as well.
FORMULA_START = r"\A{0}(?='*[\t\r\n])|((?:\A|[;\t\r\n])){0}(?='*[^\S\t\r\n]*[=+\-@＝＋－＠])"
BARE, ESCAPED = re.compile(FORMULA_START.format("")), re.compile(FORMULA_START.format("'"))
HARMLESS = re.compile(r"-\d+(\.\d+)?|\+\d[\d ]*", re.ASCII)  # a negative number, a phone number


@dataclass(frozen=True)
class Table:
    """A header and rows of text, each row as wide as the header. Row n of the list is row n + 2 of the sheet."""

    headers: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Columns:
    """The columns an import reads, by the names that the clerk sees; of `either` one at least must be there."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    either: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """One row that isn't blank: its number in the sheet, and its text by column; `stray` cells have no header."""

    number: int
    cells: dict[str, str]
    stray: bool = False


def read_table(data: bytes) -> Table:
    """CSV (UTF-8; comma, semicolon or tab) or the first sheet of an .xlsx file. Raises UnreadableFile."""
    if len(data) > MAX_BYTES:
        raise UnreadableFile(f"The file is larger than {MAX_BYTES // 1024**2} MB. Divide it into smaller ones.")
    rows = list(_xlsx_rows(data) if is_xlsx(data) else _csv_rows(data))
    while rows and not any(rows[-1]):
        rows.pop()
    if not rows or not any(rows[0]):
        raise UnreadableFile("The first row must hold the names of the columns; it is blank.")
    if len(rows) == 1:
        raise UnreadableFile("The file has no rows below its header.")
    width = max(map(len, rows))
    headers, *body = [row + [""] * (width - len(row)) for row in rows]
    return Table(headers, body)


def is_xlsx(data: bytes) -> bool:
    return data.startswith(b"PK")


def read_records(table: Table, columns: Columns) -> list[Record]:
    """The rows that aren't blank, by column. Raises UnreadableFile when a needed column is missing or there twice."""
    known = {_plain(name): name for name in columns.needed + columns.optional + columns.either}
    names = [known.get(_plain(header)) for header in table.headers]
    missing = [name for name in columns.needed if name not in names]
    if columns.either and not set(columns.either) & set(names):
        missing.append(" or ".join(columns.either))
    if missing:
        found = ", ".join(header for header in table.headers if header)[:300]
        raise UnreadableFile(f"The file lacks the column{_s(missing)} {_listed(missing)}. Its first row says: {found}.")
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise UnreadableFile(f"The file has the column{_s(twice)} {_listed(twice)} twice. Leave one.")
    places = [(place, name) for place, name in enumerate(names) if name]
    nameless = [place for place, header in enumerate(table.headers) if not header.strip()]
    return [
        Record(
            number,
            {name: unescape_cell(row[place]) for place, name in places},
            stray=any(row[place].strip() for place in nameless),
        )
        for number, row in enumerate(table.rows, start=2)
        if any(cell.strip() for cell in row)
    ]


def _plain(header: str) -> str:
    """E-mail, email and " E-Mail " are one column."""
    return "".join(letter for letter in header.casefold() if letter.isalnum())


def _s(names: Sequence[str]) -> str:
    return "s" * (len(names) > 1)


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _csv_rows(data: bytes) -> Iterator[list[str]]:
    if data.startswith(OLD_EXCEL):
        raise UnreadableFile("This is an old Excel file (.xls), or one with a password. Save it as .xlsx without one.")
    if b"\0" in data:
        raise UnreadableFile("This isn't a CSV or Excel (.xlsx) file.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise UnreadableFile(
            f"Line {line} isn't UTF-8 text. Save the file as “CSV UTF-8” or as an Excel workbook (.xlsx)."
        ) from error
    header = text.split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from _bounded(reader, Clock())
    except csv.Error as error:
        raise UnreadableFile(f"Line {reader.line_num} can't be read as CSV ({error}). Check its quotes.") from error


def _xlsx_rows(data: bytes) -> Iterator[list[str]]:
    book, clock = None, Clock()
    try:
        check_workbook(data, clock)
        book = openpyxl.load_workbook(ClockedFile(data, clock), read_only=True, data_only=False, keep_links=False)
        cells = book.worksheets[0].iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS + 1, values_only=True)
        yield from _bounded(([cell_text(value) for value in row] for row in cells), clock)
    except UnreadableFile:
        raise
    except Exception as error:  # a broken workbook breaks openpyxl in many ways
        raise UnreadableFile(BROKEN) from error
    finally:
        if book is not None:
            book.close()


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
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(getattr(value, "text", value))  # an array formula is an object around its text


def escape_cell(value: Any) -> Any:
    """For CSV: text that a spreadsheet would run gets an apostrophe in front; numbers and dates stay what they are."""
    if not isinstance(value, str) or HARMLESS.fullmatch(value):
        return value
    return BARE.sub(r"\g<1>'", _printable(value))


def text_cell(value: str) -> str:
    """For a workbook, where text is text: only an apostrophe that unescape_cell would take away gets another one."""
    return ESCAPED.sub(r"\g<1>''", _printable(value))


def _printable(text: str) -> str:
    printable: str = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text)
    return printable


def unescape_cell(text: str) -> str:
    """Undoes escape_cell and text_cell, so that a file we exported comes back as it was."""
    return ESCAPED.sub(r"\g<1>", text)
