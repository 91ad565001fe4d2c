"""manage.py import_departures FILE: the admin's import of departures on the command line."""

from datetime import datetime

from bookings.actors import Actor
from bookings.management.importing import ImportCommand
from bookings.services.importing.departure_rows import COLUMNS
from bookings.services.importing.departures import import_departures
from bookings.services.importing.options import ImportOptions
from bookings.services.importing.report import Report
from bookings.tables import Table


class Command(ImportCommand):
    help = "Import departures from a CSV or Excel file; trips that are missing are made."
    columns = COLUMNS

    def run_import(self, table: Table, options: ImportOptions, actor: Actor, now: datetime) -> Report:
        return import_departures(table=table, options=options, now=now)
