"""What goes out in exports, and the way in for imports: a whole file is handed to one service, in sets."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.auth.models import User
from django.utils import timezone
from import_export.fields import Field
from import_export.resources import Resource
from import_export.results import Error, Result
from tablib import Dataset

from bookings.actors import Actor, importer
from bookings.models import Booking, Departure
from bookings.services.importing import departure_rows, departures
from bookings.services.importing.columns import NEW
from bookings.services.importing.options import ImportOptions
from bookings.services.importing.report import Report
from bookings.services.local_times import clock_text
from bookings.tables import Columns, Table
from bookings.xlsx_files import cell_text
from notifications.refusals import Refused

STATUS_WORDS = {status: word for word, status in NEW.items()}


class ImportResult(Result):
    """The library's result with our report. A refused row is no error of the file: the clerk may want the rest."""

    report: Report | None = None


class SetImport:
    """An import_data that leaves the rows to a service. It runs in the service's own transaction."""

    columns: ClassVar[Columns]
    asks_for_mails: ClassVar[bool] = False

    def run_import(self, table: Table, options: ImportOptions, actor: Actor, now: datetime) -> Report:
        raise NotImplementedError

    def import_data(
        self, dataset: Dataset, dry_run: bool = False, *, user: User, now: datetime, **kwargs: Any
    ) -> ImportResult:
        options = ImportOptions(
            dry_run=dry_run,
            good_rows=kwargs.get("good_rows", False),
            send_confirmations=kwargs.get("send_confirmations", False),
            named=kwargs.get("named", ""),
            numbers=kwargs.get("numbers", ""),
            dates=kwargs.get("dates", ""),
        )
        table: Table = dataset.table
        result = ImportResult()
        try:
            result.report = self.run_import(table, options, importer(user), now)
        except Refused as refusal:
            result.append_base_error(Error(refusal))
        return result


class Column(Field):
    """An exported column. Numbers, days and times stay what they are in Excel."""

    def export(self, instance: Any, **kwargs: Any) -> Any:
        value = self.get_value(instance)
        return value if isinstance(value, int | Decimal | date) else cell_text(value)


class DepartureResource(SetImport, Resource):
    columns = departure_rows.COLUMNS
    trip = Column("trip__code", "Trip")
    trip_name = Column("trip__name", "Trip name")
    day = Column(column_name="Date")
    clock = Column(column_name="Start time")
    capacity = Column(column_name="Capacity")
    price = Column("price", "Price")
    currency = Column("currency", "Currency")
    seats_taken = Column("seats_taken", "Seats taken")
    status = Column("get_status_display", "Status")
    code = Column("code", "Code")

    @classmethod
    def get_display_name(cls) -> str:
        return "Departures"

    def run_import(self, table: Table, options: ImportOptions, actor: Actor, now: datetime) -> Report:
        return departures.import_departures(table=table, options=options, now=now)

    def filter_export(self, queryset: Any, **kwargs: Any) -> Any:
        return queryset.select_related("trip")

    def dehydrate_day(self, departure: Departure) -> date:
        return departure.starts_at.astimezone(departure.trip.zone).date()

    def dehydrate_clock(self, departure: Departure) -> str:
        return clock_text(departure.starts_at, departure.trip.zone)

    def dehydrate_capacity(self, departure: Departure) -> int:
        """The real one, where the old system had sold more."""
        return departure.capacity if departure.planned_capacity is None else departure.planned_capacity


class BookingResource(Resource):
    """Bookings for spreadsheets, under the names that an import knows. payments adds the way in."""

    ref = Column(column_name="Ref")
    reference = Column("reference", "Reference")
    trip = Column("departure__trip__code", "Trip")
    day = Column(column_name="Date")
    clock = Column(column_name="Start time")
    booked_on = Column(column_name="Booked on")
    name = Column("customer__name", "Lead name")
    email = Column("customer__email", "E-mail")
    phone = Column("customer__phone", "Phone")
    country = Column("customer__country__code", "Country")
    party = Column("party_size", "Party")
    price = Column("unit_price", "Price per person")
    currency = Column("currency", "Currency")
    total = Column("total", "Total")
    status = Column(column_name="Status")
    paid = Column("paid", "Paid")
    balance = Column("balance", "Balance")
    source = Column("get_source_display", "Source")
    notes = Column("notes", "Notes")

    @classmethod
    def get_display_name(cls) -> str:
        return "Bookings"

    def filter_export(self, queryset: Any, **kwargs: Any) -> Any:
        return queryset.select_related("departure__trip", "customer")

    def dehydrate_ref(self, booking: Booking) -> str:
        return booking.external_reference or booking.reference

    def dehydrate_day(self, booking: Booking) -> date:
        return booking.departure.starts_at.astimezone(booking.departure.trip.zone).date()

    def dehydrate_clock(self, booking: Booking) -> str:
        return clock_text(booking.departure.starts_at, booking.departure.trip.zone)

    def dehydrate_booked_on(self, booking: Booking) -> date:
        return timezone.localdate(booking.created_at)

    def dehydrate_status(self, booking: Booking) -> str:
        return STATUS_WORDS.get(Booking.Status(booking.status), str(booking.get_status_display()))
