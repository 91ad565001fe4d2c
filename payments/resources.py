"""The import of bookings together with what was paid for them, and the revenue report for spreadsheets."""

from datetime import datetime

from tablib import Dataset

from bookings.actors import Actor
from bookings.resources import BookingResource, SetImport
from bookings.services.importing.columns import COLUMNS
from bookings.services.importing.options import ImportOptions
from bookings.services.importing.report import Report
from bookings.tables import Table
from payments.imports import import_bookings
from payments.services.report_lines import RevenueReport

REVENUE_COLUMNS = ("Day", "Currency", "Method", "Payments", "Received", "Refunded", "Voided", "Net")


class PaidBookingResource(SetImport, BookingResource):
    columns = COLUMNS
    asks_for_mails = True

    def run_import(self, table: Table, options: ImportOptions, actor: Actor, now: datetime) -> Report:
        return import_bookings(table=table, options=options, actor=actor, now=now)


def revenue_table(report: RevenueReport) -> Dataset:
    """One row a day, currency and method; sums are left to the spreadsheet, which would add totals in twice."""
    table = Dataset(headers=REVENUE_COLUMNS, title="Revenue report")
    for line in report.lines:
        sums = (line.count, line.received, line.refunded, line.voided, line.net)
        table.append((line.day, line.currency, line.method_label, *sums))
    return table
