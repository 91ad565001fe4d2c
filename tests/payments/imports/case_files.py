"""Files as people send them, and what became of their rows."""

from pathlib import Path
from typing import Any

from django.contrib.auth.models import User

from bookings.actors import importer
from bookings.services.importing.columns import COLUMNS
from bookings.services.importing.departure_rows import COLUMNS as DEPARTURE_COLUMNS
from bookings.services.importing.departures import import_departures
from bookings.services.importing.options import ImportOptions
from bookings.services.importing.report import Report
from bookings.spreadsheets import read_table
from payments.imports import import_bookings
from tests.factories import NOW

CASES = Path(__file__).parents[2] / "data" / "cases"
HEADER = "Ref;Trip;Date;Booked on;Lead name;E-mail;Phone;Adults;Price per person;Currency;Status;Paid"
ROW = {
    "Ref": "W-1",
    "Trip": "LAL",
    "Date": "2026-12-20",
    "Booked on": "2026-11-01",
    "Lead name": "Prova Uno",
    "E-mail": "uno@prova.example",
    "Phone": "",
    "Adults": "2",
    "Price per person": "1500",
    "Currency": "ETB",
    "Status": "Confirmed",
    "Paid": "0",
}


def import_their_departures() -> None:
    table = read_table((CASES / "departures.csv").read_bytes(), DEPARTURE_COLUMNS)
    assert import_departures(table=table, options=ImportOptions(), now=NOW).created == 4


def run_bytes(data: bytes, boss: User, **options: Any) -> Report:
    table = read_table(data, COLUMNS)
    return import_bookings(table=table, options=ImportOptions(**options), actor=importer(boss), now=NOW)


def run_case(name: str, boss: User, **options: Any) -> Report:
    return run_bytes((CASES / name).read_bytes(), boss, **options)


def run(boss: User, *changes: dict[str, str], **options: Any) -> Report:
    rows = [HEADER] + [";".join((ROW | change).values()) for change in changes]
    return run_bytes("\n".join(rows).encode(), boss, **options)


def figures(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.refused)
