"""Where a table's header is, and what its names mean."""

from collections.abc import Sequence

from bookings.refusals.files import UnreadableFile
from bookings.tables import Columns, Table

READABLE_HEADER = 2  # columns that we know make a row a header, perhaps one that lacks others
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
