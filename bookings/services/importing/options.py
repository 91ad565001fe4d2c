"""What an import was asked to do."""

from collections.abc import Sequence
from dataclasses import dataclass

from bookings.services.importing.styles import Styles, styles_of
from bookings.tables import Columns, Record


@dataclass(frozen=True)
class ImportOptions:
    """`good_rows`: write what is good although rows were refused. Without it a file goes in whole or not at all.

    `named`: the figures that the person was shown and said yes to; when they come out otherwise, nothing is written.
    """

    dry_run: bool = False
    good_rows: bool = False
    send_confirmations: bool = False
    named: str = ""
    numbers: str = ""  # how the file writes them, where a person has said so: styles.NUMBERS
    dates: str = ""  # styles.DATES


def find_styles(records: Sequence[Record], columns: Columns, options: ImportOptions) -> Styles:
    return styles_of(records, money=columns.money, days=columns.days, numbers=options.numbers, dates=options.dates)
