"""Spreadsheets in and out: CSV and Excel files become a table of text; cells that would run as a formula stay text.

Files come from outside: size, width and length are bounded, and what can't be read is said in one sentence.
"""

from bookings.csv_files import csv_rows
from bookings.headers import HEADER_FIRST, header_at, table_of
from bookings.refusals.files import UnreadableFile
from bookings.tables import Columns, Record, Table, composed, listed, plain, plural_s
from bookings.xlsx_files import is_xlsx, xlsx_table

MAX_BYTES = 10 * 1024 * 1024


def read_table(data: bytes, columns: Columns | None = None) -> Table:
    """CSV (UTF-8 or UTF-16; comma, semicolon or tab) or a sheet of an .xlsx file. Raises UnreadableFile.

    With `columns` their header is looked for, below titles and on each sheet; else it is the first row of all.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableFile(f"The file is larger than {MAX_BYTES // 1024**2} MB. Divide it into smaller ones.")
    if is_xlsx(data):
        return xlsx_table(data, columns)
    rows = list(csv_rows(data, columns))
    return table_of(rows, header_at(rows, columns))


def read_records(table: Table, columns: Columns) -> list[Record]:
    """The rows that aren't blank, by column. Raises UnreadableFile when a needed column is missing or there twice."""
    if missing := columns.lacking(table.headers):
        found = ", ".join(header for header in table.headers if header)[:300]
        where = "Its first row" if table.first == HEADER_FIRST else f"Its row {table.first - 1}"
        raise UnreadableFile(f"The file lacks the column{plural_s(missing)} {listed(missing)}. {where} says: {found}.")
    known = {plain(name): name for name in columns.all}
    names = [known.get(plain(header)) for header in table.headers]
    if twice := sorted({name for name in names if name and names.count(name) > 1}):
        raise UnreadableFile(f"The file has the column{plural_s(twice)} {listed(twice)} twice. Leave one.")
    places = [(place, name) for place, name in enumerate(names) if name]
    nameless = [place for place, header in enumerate(table.headers) if not header.strip()]
    return [
        Record(
            number,
            {name: composed(row[place]) for place, name in places},
            stray=any(row[place].strip() for place in nameless),
        )
        for number, row in enumerate(table.rows, start=table.first)
        if any(cell.strip() for cell in row)
    ]
