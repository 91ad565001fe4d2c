"""Excel workbooks as rows of text."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import islice
from typing import Any

import openpyxl

from bookings.bounds import bounded
from bookings.headers import HEADER_WITHIN, header_at, table_of
from bookings.refusals.files import UnreadableFile
from bookings.tables import Columns, Table, Typed, listed
from bookings.workbook_limits import (
    BROKEN,
    MAX_COLUMNS,
    MAX_ROWS,
    Clock,
    ClockedFile,
    check_workbook,
)


def is_xlsx(data: bytes) -> bool:
    return data.startswith(b"PK")


def xlsx_table(data: bytes, columns: Columns | None) -> Table:
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
        remark += f"The sheet {listed(others)} has the same columns and isn't read: save it as a file of its own. "
    return table_of(list(_sheet_rows(sheets[chosen], clock)), places[chosen], remark)


def _sheet_rows(sheet: Any, clock: Clock) -> Iterator[list[str]]:
    cells = sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS + 1, values_only=True)
    return bounded(([cell_text(value) for value in row] for row in cells), clock)


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
