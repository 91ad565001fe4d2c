"""The cells of one row, read by column; what can't be read is refused by the column's name."""

import re
from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TypeVar

from bookings.services.importing.amounts import currency_of
from bookings.services.importing.days import SERIAL
from bookings.services.importing.styles import Styles
from bookings.services.importing.values import CODES, day, money
from bookings.tables import Record, Typed

T = TypeVar("T")
# Errors (#N/A, #REF!, in other languages #NV, #ССЫЛКА!), and ##### where a column is too narrow for its number.
NO_VALUE = re.compile(
    r"#{2,}|#[^\s#a-z]{1,30}[!?]|#[^\W\d_]{1,4}/[^\W\d_]{1,5}[!?]?|#(?:NV|ND|YOK|BRAK|NIET|HIÁNYZIK|GETTING_DATA)"
    r"|(?:Err|Fehler|Erreur|Error): ?[0-9]{3}"
)
NO_STYLES = Styles()


class Cells:
    """Reads one row. Each bad cell leaves a sentence in `problems`, and a stand-in that is never kept.

    `remarks` are about what was put right, or left blank in a column of `spare`.
    """

    def __init__(self, record: Record, styles: Styles = NO_STYLES, *, spare: Collection[str] = ()) -> None:
        self._cells = record.cells
        self._styles = styles
        self._spare = spare
        self.problems: list[str] = []
        self.remarks: list[str] = []
        if record.stray:
            self.problems.append(
                "There are cells beyond the last column. Put text that holds the column separator in double quotes."
            )

    def has(self, column: str) -> bool:
        return bool(self.text(column))

    def text(self, column: str) -> str:
        text = self._cells.get(column, "")
        return text if isinstance(text, Typed) else text.strip()

    def needed(self, column: str, parse: Callable[[str], T], stand_in: T, *, cure: str = "fill it in") -> T:
        if self.has(column):
            return self.optional(column, parse, stand_in)
        self.problems.append(f"{column} is blank; {cure}.")
        return stand_in

    def optional(self, column: str, parse: Callable[[str], T], blank: T) -> T:
        text = self.text(column)
        if not text:
            return blank
        if NO_VALUE.fullmatch(text):
            self._no_value(column, text)
            return blank
        try:
            return parse(text)
        except ValueError as error:
            self.problems.append(f"{column}: “{text[:60]}” {error}")
            return blank

    def _no_value(self, column: str, text: str) -> None:
        shown = f"{column}: “{text}” is what a spreadsheet shows where it has no value or no room"
        if column in self._spare:
            self.remarks.append(f"{shown}; left blank.")
        else:
            self.problems.append(f"{shown}; write the value into the cell.")

    def money(self, column: str) -> Decimal:
        """In the file's style; a sign at the amount must not say another currency than the row."""
        said, currency = currency_of(self.text(column)), self.text("Currency").upper()
        if said and currency in CODES and said != currency:
            self.problems.append(f"{column}: “{self.text(column)[:60]}” says {said}, but Currency says {currency}.")
        return self.optional(column, partial(money, style=self._styles.numbers.styles.get(column, "")), Decimal(0))

    def needed_money(self, column: str) -> Decimal:
        if not self.has(column):
            self.problems.append(f"{column} is blank; fill it in.")
        return self.money(column)

    def day(self, column: str) -> date:
        """In the file's order of day and month."""
        found = self.needed(column, partial(day, order=self._styles.dates.styles.get(column, "")), date.min)
        if SERIAL.fullmatch(self.text(column)) and found != date.min:
            self.remarks.append(f"{column}: {self.text(column)} is how Excel counts days; it is {found}.")
        return found
