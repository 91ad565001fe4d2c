"""Files from outside: what can be read is a table of text, what can't is said in one sentence."""

import io
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from bookings.formulas import escape_cell, text_cell, unescape_cell
from bookings.refusals.files import UnreadableFile
from bookings.spreadsheets import read_records, read_table
from bookings.tables import Columns, Table
from bookings.workbook_limits import MAX_ROWS

pytestmark = pytest.mark.slow


def workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableFile) as caught:
        read_table(data)
    return caught.value.detail


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_with_its_delimiter_and_without_its_mark(delimiter: str) -> None:
    text = delimiter.join(["Ref", "Lead name"]) + "\r\n" + delimiter.join(["OLD-1", "አበበ"]) + "\r\n"
    assert read_table(text.encode("utf-8-sig")) == Table(["Ref", "Lead name"], [["OLD-1", "አበበ"]])


def test_short_and_blank_rows_keep_their_place() -> None:
    assert read_table(b"Ref,Notes\n\nOLD-1\n,,\n").rows == [["", ""], ["OLD-1", ""]]


def test_excel_cells_read_as_a_csv_of_them_would() -> None:
    data = workbook(
        ["Date", "Time", "When", "Adults", "Price", "Blank", "Note"],
        [
            date(2026, 7, 1),
            time(7, 30),
            datetime.fromisoformat("2026-07-01 07:30"),
            2.0,
            1500.5,
            None,
            '=HYPERLINK("x")',
        ],
    )
    assert read_table(data).rows == [
        ["2026-07-01", "07:30", "2026-07-01 07:30", "2", "1500.5", "", '=HYPERLINK("x")'],
    ]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The first row must hold the names of the columns; it is blank."),
        (b"\n\nOLD-1,2\n", "The first row must hold the names of the columns; it is blank."),
        (b"Ref,Trip\n", "The file has no rows below its header."),
        (b"Ref,Trip\nOLD-1,\0\n", "This isn't a CSV or Excel (.xlsx) file."),
        (
            "Ref,Lead name\nOLD-1,Jürgen\n".encode("latin-1"),
            "Line 2 isn't UTF-8 text. Save the file as “CSV UTF-8” or as an Excel workbook (.xlsx).",
        ),
        (b"Ref," + b"x," * 200 + b"\nOLD-1\n", "Row 1 has more than 100 columns."),
        (b"x" * (10 * 1024 * 1024 + 1), "The file is larger than 10 MB. Divide it into smaller ones."),
        (b"PK nonsense", "The Excel workbook can't be read. Save it again as .xlsx, or as CSV UTF-8."),
    ],
)
def test_an_unreadable_file_is_told_why(data: bytes, sentence: str) -> None:
    assert refusal(data) == sentence


def test_an_open_quote_and_a_giant_cell_name_their_line() -> None:
    assert refusal(b'Ref,Notes\nOLD-1,"never closed\n').startswith("Line 2 can't be read as CSV")
    assert refusal(b"Ref,Notes\nOLD-1," + b"x" * 200_000 + b"\n").startswith("Line 2 can't be read as CSV")


def test_too_many_rows_are_refused() -> None:
    assert (
        refusal(b"Ref\n" + b"x\n" * (MAX_ROWS + 1))
        == "The file has more than 50,000 rows. Divide it into smaller ones."
    )


def test_millions_of_blank_lines_are_not_kept() -> None:
    table = read_table(b"Ref\nOLD-1\n" + b"\n" * 300_000)
    assert table.rows == [["OLD-1"]]


def test_a_workbook_of_very_many_texts_is_refused_before_they_are_read() -> None:
    stream = io.BytesIO(workbook(["Ref"], ["OLD-1"]))
    with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/many.xml", b"<sst>" + b"<si><t>x</t></si>" * 700_000 + b"</sst>")
    assert refusal(stream.getvalue()) == "The workbook holds too many different texts. Divide it into smaller ones."


def test_a_zip_bomb_is_not_unpacked() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 160 * 1024 * 1024)
    assert refusal(stream.getvalue()) == "The workbook is too large when unpacked. Divide it into smaller ones."


def test_columns_are_found_whatever_their_case_and_missing_ones_are_named() -> None:
    columns = Columns(needed=("Ref", "E-mail"), optional=("Notes",))
    [record] = read_records(Table(["EMAIL", " ref ", "Other"], [["a@b.example", "OLD-1", "x"]]), columns)
    assert (record.number, record.cells) == (2, {"Ref": "OLD-1", "E-mail": "a@b.example"})
    with pytest.raises(UnreadableFile, match=r"lacks the column E-mail\. Its first row says: Ref, Name\."):
        read_records(Table(["Ref", "Name"], [["OLD-1", "x"]]), columns)
    either = Columns(needed=("Ref",), either=("Adults", "Party"))
    with pytest.raises(UnreadableFile, match="lacks the column Adults or Party"):
        read_records(Table(["Ref"], [["1"]]), either)
    with pytest.raises(UnreadableFile, match="has the column Ref twice"):
        read_records(Table(["Ref", "E-mail", "REF"], [["1", "2", "3"]]), columns)


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("x")',
        "-1+1",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\nx",
        " =1+1",
        "\u3000=1",
        "＝1+1",
        "'=1",
        "'' =1",
    ],
)
def test_text_that_would_run_is_escaped_and_comes_back(text: str) -> None:
    assert escape_cell(text) == f"'{text}"
    assert unescape_cell(escape_cell(text)) == text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a;=1+1", "a;'=1+1"),
        ("a; '＝1;b", "a; '＝1;b"),
        ("a;'=1", "a;''=1"),
        ("a\n@x; +1", "a\n'@x;' +1"),
        ("\t=1", "'\t'=1"),
    ],
)
def test_no_formula_hides_behind_a_semicolon_or_a_line_break(text: str, escaped: str) -> None:
    assert escape_cell(text) == escaped
    assert unescape_cell(escaped) == text


@pytest.mark.parametrize("text", ["=1+1", "'=1", "+251911234567", "'t Hooft", "a\n'=1", "''@x", "plain"])
def test_text_in_a_workbook_comes_back(text: str) -> None:
    assert unescape_cell(text_cell(text)) == text


def test_text_in_a_workbook_gets_no_apostrophe() -> None:
    assert [text_cell(text) for text in ("=1+1", "+251911234567", "a;=1")] == ["=1+1", "+251911234567", "a;=1"]


@pytest.mark.parametrize(
    "value",
    [
        "+251911234567",
        "+251 91 123 4567",
        "-12.50",
        "late arrival",
        "'t Hooft",
        Decimal("-5.00"),
        3,
        date(2026, 7, 1),
        "",
    ],
)
def test_numbers_days_and_plain_text_are_left_alone(value: Any) -> None:
    assert escape_cell(value) == value


def test_a_character_that_excel_forbids_is_replaced() -> None:
    assert escape_cell("a\x0bb") == "a\N{REPLACEMENT CHARACTER}b"
