"""CSV files, in whichever encoding and with whichever delimiter they come."""

import codecs
import csv
import io
from collections.abc import Iterator

from bookings.bounds import bounded
from bookings.headers import HEADER_WITHIN, READABLE_HEADER
from bookings.refusals.files import UnreadableFile
from bookings.tables import OLD_EXCEL, Columns
from bookings.workbook_limits import (
    MAX_CELL,
    Clock,
)

DELIMITERS = ",;\t"


def csv_rows(data: bytes, columns: Columns | None) -> Iterator[list[str]]:
    text = _decoded(data)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text, columns), strict=True)
    try:
        yield from bounded(reader, Clock())
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
