"""Rows as the old system exports them."""

from pathlib import Path
from typing import Any

from django.contrib.auth.models import User

from bookings.actors import importer
from bookings.books import breaches as booking_breaches
from bookings.services.importing.options import ImportOptions
from bookings.services.importing.report import Report
from bookings.tables import Table
from payments.books import breaches as payment_breaches
from payments.imports import import_bookings
from tests.factories import NOW

DATA = Path(__file__).parents[2] / "data"
ROW = {
    "Ref": "OLD-000001",
    "Trip": "LAL-A",
    "Date": "2026-12-01",
    "Booked on": "24/07/2026",
    "Lead name": "Kateřina በቀለ",
    "E-mail": "  KATERINA@MAIL.EXAMPLE.ORG ",
    "Phone": "0923272516",
    "Country": "PRT",
    "Adults": "2",
    "Children": "1",
    "Price per person": "1,000.50",
    "Currency": "ETB",
    "Status": "Confirmed",
    "Paid": "500.00",
    "Paid by": "Bank",
    "Notes": '=HYPERLINK("x")',
}
HEADERS = list(ROW)


def run(boss: User, *changes: dict[str, str], **options: Any) -> Report:
    """Import one row for each dictionary of changes to ROW."""
    table = Table(HEADERS, [list((ROW | change).values()) for change in changes])
    return import_bookings(table=table, options=ImportOptions(**options), actor=importer(boss), now=NOW)


def figures(report: Report) -> tuple[int, int, int, int]:
    return report.created, report.updated, report.unchanged, len(report.refused)


def breaches() -> list[str]:
    return [*booking_breaches(), *payment_breaches()]
