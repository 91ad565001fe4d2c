"""How a file writes its numbers and days. Some cells can be read in two ways; the others of the file decide.

“1.500” is fifteen hundred or one and a half, 03/04/2026 is in April or in March. A cell such as “1.500,00” or
20/12/2026 has one reading: it proves how the file is written. Where nothing proves it a person is asked.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bookings.services.importing.amounts import COMMA, POINT, amounts, money_text
from bookings.services.importing.days import DMY, MDY, days_of
from bookings.services.importing.readings import Meanings, T
from bookings.tables import Record

BOTH = "both"  # a column that proves two styles
NUMBERS: Final = {POINT: "1,234.50 (a point before the cents)", COMMA: "1.234,50 (a comma before the cents)"}
DATES: Final = {DMY: "20/12/2026 (day first)", MDY: "12/20/2026 (month first)"}


@dataclass(frozen=True)
class StyleOfColumn:
    """How each column is read; `asked` has the first cell that can be read in two ways, and what it may be."""

    styles: Mapping[str, str] = field(default_factory=dict)
    example: str = ""
    readings: Mapping[str, str] = field(default_factory=dict)

    @property
    def style(self) -> str:
        """The one style of the file; nothing when it is open or differs."""
        styles = set(self.styles.values())
        return styles.pop() if len(styles) == 1 and not styles & {BOTH} else ""


@dataclass(frozen=True)
class Styles:
    numbers: StyleOfColumn = StyleOfColumn()
    dates: StyleOfColumn = StyleOfColumn()


def styles_of(
    records: Sequence[Record], *, money: Sequence[str], days: Sequence[str], numbers: str = "", dates: str = ""
) -> Styles:
    """`numbers` and `dates` are what a person has chosen: that counts for every column."""
    return Styles(
        numbers=_decide(records, money, amounts, numbers, money_text),
        dates=_decide(records, days, days_of, dates, lambda value: f"{value.day} {value:%B %Y}"),
    )


def _decide(
    records: Sequence[Record],
    columns: Sequence[str],
    meanings: Callable[[str], Meanings[T]],
    chosen: str,
    shown: Callable[[T], str],
) -> StyleOfColumn:
    proved: dict[str, set[str]] = {column: set() for column in columns}
    open_cells: dict[str, str] = {}  # by column the first that has two readings
    for record in records:
        for column in columns:
            found = meanings(record.cells.get(column, ""))
            if len(found) == 1:
                proved[column] |= found.keys() - {""}
            elif found:
                open_cells.setdefault(column, record.cells[column].strip())
    everywhere = set().union(*proved.values())
    if chosen or len(everywhere) == 1:
        styles = dict.fromkeys(columns, chosen or next(iter(everywhere)))
        asked = open_cells
    else:
        styles = {column: BOTH if len(found) > 1 else "".join(found) for column, found in proved.items()}
        asked = {column: column for column, style in styles.items() if style == BOTH}
        asked |= {column: text for column, text in open_cells.items() if styles[column] in ("", BOTH)}
    example = next(iter(asked.values()), "")
    readings = {style: shown(value) for style, value in meanings(example).items()}
    return StyleOfColumn(styles if everywhere or example else {}, example, readings)


def read(found: Meanings[T], style: str) -> T | None:
    """The reading in this style. Raises ValueError while the style is open; None when there is no such reading."""
    if "" in found:
        return found[""]
    if style == BOTH and found:
        raise ValueError("stands in a column that is written in two ways. Choose how the file is written.")
    if not style and len(found) > 1:
        raise ValueError("can be read in two ways. Choose how the file is written.")
    return found.get(style)


@dataclass(frozen=True)
class Question:
    """`answer` is how the file is read; nothing where only a person can say it. `options`: {style: label}."""

    name: str
    text: str
    options: Mapping[str, str]
    answer: str

    def as_json(self) -> dict[str, str | list[str]]:
        return {"option": f"--{self.name}", "question": self.text, "values": list(self.options)}


def questions(styles: Styles) -> Iterator[Question]:
    """One for each kind of cell that can be read in two ways."""
    kinds = (
        ("numbers", "How does this file write its numbers?", NUMBERS, styles.numbers),
        ("dates", "How does this file write its dates?", DATES, styles.dates),
    )
    for name, text, labels, decision in kinds:
        if decision.example:
            read_as = decision.readings
            options = {
                style: f"{label}: {decision.example} is {read_as[style]}" if style in read_as else label
                for style, label in labels.items()
            }
            yield Question(name, text, options, decision.style)
