"""How much a workbook may hold, looked at part by part before openpyxl reads it.

A small zip file can unpack to anything, and what openpyxl does with it grows faster than its size: an attribute of
99 MB is read again for each piece of it, a cell in the last row asks for a million rows above it. So each part is
unpacked piece by piece through expat, which keeps nothing, and the first count that is too high ends it.
"""

import io
import re
import time
import zipfile
from itertools import pairwise
from typing import Any, Final
from xml.parsers import expat

from bookings.refusals.files import UnreadableFile

MAX_ROWS: Final = 50_000  # below the header
MAX_COLUMNS: Final = 100
MAX_CELL: Final = 32_767  # characters; Excel's own limit
MAX_PARTS: Final = 1_000
MAX_UNPACKED: Final = 100 * 1024 * 1024
MAX_DEPTH: Final = 40
MAX_ATTRIBUTE: Final = 32_767
MAX_NUMBER_FORMAT: Final = 300  # Excel: 255; openpyxl's pattern for them takes the square of the length
MAX_SHEETS: Final = 255
STRETCH: Final = 256 * 1024  # bytes without the beginning or end of an element: a giant text, attribute or remark
PIECE: Final = 64 * 1024
SECONDS: Final = 30  # of this thread's own processor time, so that a busy machine refuses nothing
# Elements by what they cost openpyxl: {name: group}, the rest are "others".
GROUPS: Final = dict.fromkeys(("row", "c", "v", "f", "is"), "cells") | dict.fromkeys(("si", "t", "r"), "texts")
ITEMS: Final = ("si", "c")  # a text, a cell: what is inside counts as one
PLACES: Final = ("row", "c", "v", "f", "is", "sheet")
BUDGETS: Final = {"cells": 2_500_000, "texts": 1_200_000, "others": 300_000}
USUAL_ATTRIBUTES: Final = 16  # of one element; more are counted like elements
XML_NAMES: Final = (".xml", ".rels")
DIVIDE: Final = "Divide it into smaller ones."
COPY: Final = "Copy the table's cells into a new workbook and save that."
TOO_MUCH: Final = {
    "cells": f"The workbook has too many cells. {DIVIDE}",
    "texts": f"The workbook holds too many different texts. {DIVIDE}",
    "others": f"The workbook holds too many formats, links or drawings. {COPY}",
}
BROKEN: Final = "The Excel workbook can't be read. Save it again as .xlsx, or as CSV UTF-8."
ODD: Final = f"The workbook isn't built as Excel builds one. {COPY}"
LOCKED: Final = "The workbook is protected by a password. Save it without one."
COLUMN: Final = re.compile(r"[A-Z]{1,3}")


class Clock:
    """Ends what takes too long; ask it often."""

    def __init__(self) -> None:
        self.end = time.thread_time() + SECONDS

    def check(self) -> None:
        if time.thread_time() > self.end:
            raise UnreadableFile(f"The file takes too long to read. {DIVIDE}")


class ClockedFile(io.BytesIO):
    """A file in memory whose reader is ended by the clock, wherever in its own code it is."""

    def __init__(self, data: bytes, clock: Clock) -> None:
        super().__init__(data)
        self._clock = clock

    def read(self, size: int | None = -1, /) -> bytes:
        self._clock.check()
        return super().read(size)


def check_workbook(data: bytes, clock: Clock) -> None:
    """Raises UnreadableFile, or what zipfile and expat raise for a file that is broken."""
    if data.count(b"PK\x01\x02") > MAX_PARTS:  # before zipfile makes an object of each
        raise UnreadableFile(f"The workbook is made of too many parts. {COPY}")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        _check_entries(entries)
        budget = dict(BUDGETS)
        for entry in entries:
            _Scan(budget).read(archive, entry, clock)


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise UnreadableFile(LOCKED)
    # zipfile hands out no more than the size that is declared, so that a false one shortens the part.
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise UnreadableFile(f"The workbook is too large when unpacked. {DIVIDE}")
    usual = all(entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for entry in entries)
    in_order = sorted(entries, key=lambda entry: entry.header_offset)
    overlap = any(a.header_offset + a.compress_size > b.header_offset for a, b in pairwise(in_order))
    if overlap or not usual or len({entry.filename for entry in entries}) < len(entries):
        raise UnreadableFile(ODD)


class _Scan:
    """One part on its way through expat. `budget` is shared by all parts of a workbook."""

    def __init__(self, budget: dict[str, int]) -> None:
        self.budget = budget
        self.depth = self.idle = self.text = self.row = self.sheets = 0
        self.item = MAX_DEPTH  # how deep the cell or text is that we are in
        self.column = ""
        self.parser: Any = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._doctype

    def read(self, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, clock: Clock) -> None:
        with archive.open(entry) as part:
            try:
                while piece := part.read(PIECE):
                    clock.check()
                    self.idle += len(piece)
                    self.parser.Parse(piece)
                    if self.idle > STRETCH:
                        raise UnreadableFile(f"The workbook holds a text that no cell can hold. {COPY}")
                self.parser.Parse(b"", True)
            except expat.ExpatError:  # a picture, say; openpyxl would get no further in it either
                if entry.filename.endswith(XML_NAMES):
                    raise

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self.depth, self.idle = self.depth + 1, 0
        if self.depth > MAX_DEPTH:
            raise UnreadableFile(ODD)
        name = tag.rpartition(":")[2] if ":" in tag else tag
        self._spend(GROUPS.get(name, "others"), 1)
        if attributes:
            self._check_attributes(attributes)
        if self.depth <= self.item or name in ITEMS:
            self.item, self.text = (self.depth if name in ITEMS else MAX_DEPTH), 0
        if name in PLACES:
            self._place(name, attributes.get("r", ""))

    def _spend(self, group: str, number: int) -> None:
        self.budget[group] -= number
        if self.budget[group] < 0:
            raise UnreadableFile(TOO_MUCH[group])

    def _check_attributes(self, attributes: dict[str, str]) -> None:
        if len(attributes) > USUAL_ATTRIBUTES:
            self._spend("others", len(attributes))
        if max(map(len, attributes.values())) > MAX_ATTRIBUTE:
            raise UnreadableFile(f"The workbook holds a text that no cell can hold. {COPY}")
        if "formatCode" in attributes and len(attributes["formatCode"]) > MAX_NUMBER_FORMAT:
            raise UnreadableFile(f"The workbook has a number format of more than {MAX_NUMBER_FORMAT} letters. {COPY}")

    def _place(self, name: str, reference: str) -> None:
        """A cell that holds something lies within the table; what is only coloured may lie anywhere."""
        if name == "row":
            self.row = int(reference) if reference.isdecimal() and len(reference) < 9 else self.row + 1
        elif name == "c":
            self.column = found[0] if (found := COLUMN.match(reference)) else ""
        elif name in ("v", "f", "is") and (self.row > MAX_ROWS + 1 or _number(self.column) > MAX_COLUMNS):
            raise UnreadableFile(
                f"A sheet of the workbook has something in cell {self.column}{self.row}; a table has at most "
                f"{MAX_ROWS:,} rows below its header and {MAX_COLUMNS} columns. Delete what lies beyond, or divide it."
            )
        elif name == "sheet":
            self.sheets += 1
            if self.sheets > MAX_SHEETS:
                raise UnreadableFile(f"The workbook has more than {MAX_SHEETS} sheets. {COPY}")

    def _end(self, _tag: str) -> None:
        self.depth, self.idle = self.depth - 1, 0

    def _characters(self, text: str) -> None:
        self.text += len(text)
        if self.text > MAX_CELL and not text.isspace():
            raise UnreadableFile(f"The workbook has a cell of more than {MAX_CELL:,} characters. Shorten it.")

    def _doctype(self, *_: Any) -> None:
        raise UnreadableFile(ODD)


def _number(column: str) -> int:
    """A is 1, XFD 16,384."""
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - 64
    return number
