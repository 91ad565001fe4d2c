"""manage.py import_bookings FILE: the admin's import of bookings, with what was paid, on the command line."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from bookings.actors import Actor
from bookings.management.importing import ImportCommand
from bookings.services.importing.columns import COLUMNS
from bookings.services.importing.options import ImportOptions
from bookings.services.importing.report import Report
from bookings.tables import Table
from payments.imports import import_bookings


class Command(ImportCommand):
    help = "Import bookings and what was paid for them from a CSV or Excel file. Mails nobody unless asked."
    columns = COLUMNS

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--send-confirmations", action="store_true", help="mail the customers who are still to travel"
        )

    def chosen(self, options: dict[str, Any]) -> ImportOptions:
        return replace(super().chosen(options), send_confirmations=options["send_confirmations"])

    def run_import(self, table: Table, options: ImportOptions, actor: Actor, now: datetime) -> Report:
        return import_bookings(table=table, options=options, actor=actor, now=now)
