"""Rows of a file, of bounded number, width and length."""

from collections.abc import Iterable, Iterator

from bookings.refusals.files import UnreadableFile
from bookings.workbook_limits import (
    DIVIDE,
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    Clock,
)

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
