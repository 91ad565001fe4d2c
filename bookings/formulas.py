"""Text that a spreadsheet would run as a formula: escaped on the way out, and taken back on the way in."""

import re
from typing import Any

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

# Where a formula would start: at the beginning, and after what may begin another cell or row for a spreadsheet that
# divides at semicolons and so takes no quote in the middle for one. Wide signs count as well.
FORMULA_START = r"\A{0}(?='*[\t\r\n])|((?:\A|[;\t\r\n])){0}(?='*[^\S\t\r\n]*[=+\-@＝＋－＠])"
BARE, ESCAPED = re.compile(FORMULA_START.format("")), re.compile(FORMULA_START.format("'"))
HARMLESS = re.compile(r"-\d+(\.\d+)?|\+\d[\d ]*", re.ASCII)  # a negative number, a phone number


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
