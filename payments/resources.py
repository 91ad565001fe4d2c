"""The import of bookings together with what was paid for them."""

from datetime import datetime

from bookings.actors import Actor
from bookings.resources import BookingResource, SetImport
from bookings.services.importing.report import ImportOptions, Report
from bookings.services.importing.rows import COLUMNS
from bookings.spreadsheets import Table
from payments.imports import import_bookings


class PaidBookingResource(SetImport, BookingResource):
    columns = COLUMNS
    asks_for_mails = True

    def run_import(self, table: Table, options: ImportOptions, actor: Actor, now: datetime) -> Report:
        return import_bookings(table=table, options=options, actor=actor, now=now)
