"""A spreadsheet once it is read: a table of text, with its columns and records."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bookings.formulas import unescape_cell


class Typed(str):
    """A number of the workbook's own: no style of writing stands between it and its value."""

    __slots__ = ()


@dataclass(frozen=True)
class Table:
    """A header and rows of text, each row as wide as the header; `first` is the number of the first of `rows`.

    `remark` says what was chosen of the file where it isn't simply the first sheet from its first row.
    """

    headers: list[str]
    rows: list[list[str]]
    first: int = 2
    remark: str = ""


@dataclass(frozen=True)
class Columns:
    """The columns an import reads, by the names that the clerk sees; of `either` one at least must be there.

    `money` and `days` are written in a style that the file must tell; a cell of `spare` may be left out with a remark.
    """

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    money: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        return self.needed + self.optional + self.either

    def lacking(self, row: Iterable[str]) -> list[str]:
        """What a header of these names lacks."""
        names = {plain(name) for name in row}
        missing = [name for name in self.needed if plain(name) not in names]
        if self.either and not {plain(name) for name in self.either} & names:
            missing.append(" or ".join(self.either))
        return missing

    def known(self, row: Iterable[str]) -> int:
        """How many of the names are columns of ours."""
        return len({plain(name) for name in row} & {plain(name) for name in self.all})


@dataclass(frozen=True)
class Record:
    """One row that isn't blank: its number in the sheet, and its text by column; `stray` cells have no header."""

    number: int
    cells: dict[str, str]
    stray: bool = False


OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # .xls, and .xlsx with a password


def composed(cell: str) -> str:
    """As we wrote it, and é as one letter, however the file takes it apart."""
    return cell if isinstance(cell, Typed) else unicodedata.normalize("NFC", unescape_cell(cell))


def plain(header: str) -> str:
    """E-mail, email and " E-Mail " are one column."""
    return "".join(letter for letter in header.casefold() if letter.isalnum())


def plural_s(names: Sequence[str]) -> str:
    return "s" * (len(names) > 1)


def listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
