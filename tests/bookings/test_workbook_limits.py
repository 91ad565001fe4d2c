"""A small file that unpacks to something huge is refused before a parser has made anything of it."""

import io
import zipfile
from collections.abc import Callable

import openpyxl
import pytest

from bookings.refusals.files import UnreadableFile
from bookings.spreadsheets import read_table
from bookings.workbook_limits import BROKEN, COPY, LOCKED, ODD

pytestmark = pytest.mark.slow

SHEET = "xl/worksheets/sheet1.xml"
GIANT = f"The workbook holds a text that no cell can hold. {COPY}"
MB = 1024 * 1024


def workbook(**cells: str) -> bytes:
    book = openpyxl.Workbook()
    for place, value in (cells or {"A1": "Ref", "A2": "OLD-1"}).items():
        book.active[place] = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_part(name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook of which one part is changed, or added to it."""
    stream, found = io.BytesIO(), b""
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename == name:
                found = old.read(entry)
            else:
                new.writestr(entry, old.read(entry))
        new.writestr(name, change(found))
    return stream.getvalue()


def in_sheet(xml: bytes) -> bytes:
    """With `xml` before the end of the sheet's rows."""
    return with_part(SHEET, lambda sheet: sheet.replace(b"</sheetData>", xml + b"</sheetData>"))


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read_table(data)
    return caught.value.detail


def test_an_ordinary_workbook_passes() -> None:
    assert read_table(workbook(A1="Ref", B1="Notes", A2="OLD-1", B2="ሰላም\n  x")).rows == [["OLD-1", "ሰላም\n  x"]]
    assert read_table(workbook(A1="Ref", CV2="x")).rows[0][99] == "x"


def test_a_small_file_with_a_giant_attribute_is_refused() -> None:
    data = in_sheet(b'<row r="3" x="' + b"y" * 99 * MB + b'"/>')
    assert len(data) < MB / 8
    assert refusal(data) == GIANT


@pytest.mark.parametrize(
    "xml",
    [
        b'<row r="3" x="' + b"y" * 8 * MB + b'"/>',
        b'<row r="3" x="' + b"y" * 100_000 + b'"/>',
        b"<!--" + b"<y" * 4 * MB + b"-->",
        b"<?pi " + b"<y" * 4 * MB + b"?>",
        b'<row r="3"><c r="A3" t="inlineStr"><is><t>' + b"y" * 8 * MB,
        b"<" + b"y" * 8 * MB,
    ],
    ids=["attribute", "shorter attribute", "remark", "instruction", "text", "name"],
)
def test_one_giant_piece_of_any_kind_is_refused(xml: bytes) -> None:
    assert refusal(in_sheet(xml)) in (GIANT, "The workbook has a cell of more than 32,767 characters. Shorten it.")


@pytest.mark.parametrize(
    "xml",
    [
        b'<row r="3"><c r="A3" t="inlineStr"><is><t>' + b"y" * 40_000 + b"</t></is></c></row>",
        b'<row r="3"><c r="A3" t="inlineStr"><is>'
        + (b"<r><rPr><b/></rPr><t>" + b"y" * 20_000 + b"</t></r>") * 2
        + b"</is></c></row>",
        b'<row r="3"><c r="A3" t="str"><v><![CDATA[' + b"<y" * 40_000 + b"]]></v></c></row>",
    ],
    ids=["text", "pieces", "CDATA"],
)
def test_a_cell_is_as_long_as_excel_lets_it_be(xml: bytes) -> None:
    assert refusal(in_sheet(xml)) == "The workbook has a cell of more than 32,767 characters. Shorten it."


@pytest.mark.parametrize("place", ["XFD1048576", "A1048576", "XFD2", "CW1", "A50002"])
def test_a_cell_far_away_makes_no_grid(place: str) -> None:
    data = workbook(A1="Ref", **{place: "x"})
    assert len(data) < 10_000
    assert refusal(data).startswith(f"A sheet of the workbook has something in cell {place}; a table has at most 50,00")


def test_what_is_only_coloured_may_lie_anywhere() -> None:
    far = in_sheet(b'<row r="1048576"><c r="XFD1048576" s="0"/></row>')
    assert read_table(far).rows == [["OLD-1"]]


def test_a_declared_size_is_not_believed() -> None:
    data = with_part(SHEET, lambda sheet: sheet.replace(b'ref="A1:A2"', b'ref="A1:XFD1048576"'))
    assert read_table(data).rows == [["OLD-1"]]


@pytest.mark.parametrize(
    ("name", "xml", "sentence"),
    [
        ("xl/a.xml", b"<a>" * 50 + b"</a>" * 50, ODD),
        ("xl/a.xml", b"<a>" + b"<a/>" * 400_000 + b"</a>", "The workbook holds too many formats, links or drawings."),
        (
            "xl/a.xml",
            b"<a>" + (b"<a %s/>" % b" ".join(b'a%d=""' % n for n in range(1_000))) * 400 + b"</a>",
            "The workbook holds too many formats, links or drawings.",
        ),
        ("xl/a.xml", b"<a>" + b"<row/>" * 2_500_001 + b"</a>", "The workbook has too many cells."),
        ("xl/workbook.xml", b"<sheets>" + b'<sheet name="x"/>' * 300 + b"</sheets>", "The workbook has more than 255"),
        ("xl/a.xml", b"<a><numFmt formatCode='" + b"[" * 20_000 + b"'/></a>", "The workbook has a number format of"),
        ("xl/a.xml", b'<!DOCTYPE a [<!ENTITY b "cccc">]><a>&b;</a>', ODD),
        ("xl/a.xml", b"<a>", BROKEN),
        ("xl/media/image1.png", b"\x89PNG" + b"\0" * 101 * MB, "The workbook is too large when unpacked."),
    ],
    ids=["depth", "elements", "attributes", "cells", "sheets", "number format", "entities", "broken", "picture"],
)
def test_each_part_is_counted(name: str, xml: bytes, sentence: str) -> None:
    assert refusal(with_part(name, lambda _: xml)).startswith(sentence)


def test_a_picture_beside_the_table_does_no_harm() -> None:
    assert read_table(with_part("xl/media/image1.png", lambda _: b"\x89PNG" + b"\0" * MB)).rows == [["OLD-1"]]


def test_a_zip_with_tricks_is_refused() -> None:
    many = io.BytesIO(workbook())
    with zipfile.ZipFile(many, "a") as archive:
        for number in range(1_001):
            archive.writestr(f"xl/{number}.xml", b"")
    assert refusal(many.getvalue()) == f"The workbook is made of too many parts. {COPY}"

    twice = io.BytesIO(workbook())
    with zipfile.ZipFile(twice, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(SHEET, b"<worksheet/>")
    assert refusal(twice.getvalue()) == ODD

    other = io.BytesIO(workbook())
    with zipfile.ZipFile(other, "a", zipfile.ZIP_BZIP2) as archive:
        archive.writestr("xl/a.xml", b"<a/>")
    assert refusal(other.getvalue()) == ODD


def test_parts_that_share_their_bytes_are_refused() -> None:
    stream = io.BytesIO(workbook())
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/a.xml", b"<a>" + b"b" * 1_000 + b"</a>")
        archive.writestr("xl/b.xml", b"<b/>")
        archive.getinfo("xl/b.xml").header_offset = archive.getinfo("xl/a.xml").header_offset
    assert refusal(stream.getvalue()) == ODD


def test_a_wrong_checksum_and_a_password_are_named() -> None:
    data = bytearray(workbook())
    place = data.index(b"PK\x01\x02")
    wrong = bytes(data[: place + 16]) + b"\0\0\0\0" + bytes(data[place + 20 :])
    assert refusal(wrong) == BROKEN
    data[place + 8] |= 1
    assert refusal(bytes(data)) == LOCKED


def test_an_old_excel_file_is_named() -> None:
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600) == (
        "This is an old Excel file (.xls), or one with a password. Save it as .xlsx without one."
    )


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"Ref,Notes\nOLD-1," + b"x" * 40_000, "Row 2 has a cell of more than 32,767 characters. Shorten it."),
        (b"Ref\nOLD-1" + b"," * 200_000 + b"x", "Row 2 has more than 100 columns."),
        (b'Ref\n"' + b"x\n" * 100_000, "Line "),
        (b"Ref\n" + b"x" * 200_000, "Line 2 can't be read as CSV (field larger than field limit (131072))"),
    ],
    ids=["cell", "columns", "open quote", "field"],
)
def test_csv_is_bounded_too(data: bytes, sentence: str) -> None:
    assert refusal(data).startswith(sentence)


def test_one_text_in_very_many_cells_is_counted_each_time() -> None:
    book = openpyxl.Workbook()
    for _ in range(701):
        book.active.append(["y" * 30_000])
    stream = io.BytesIO()
    book.save(stream)
    assert refusal(stream.getvalue()) == "The file holds too much text. Divide it into smaller ones."
