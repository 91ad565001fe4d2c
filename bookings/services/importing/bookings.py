"""Bookings from another system. The file's word holds for what is new; what is here is changed in Tourdesk alone."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db.models.functions import Lower
from django.utils import timezone

from bookings.actors import Actor
from bookings.models import Booking, Departure
from bookings.services.importing.changes import take_over_changes
from bookings.services.importing.columns import COLUMNS, NEW, STATUSES
from bookings.services.importing.new_bookings import ImportRun, RecordMoney, Status, create
from bookings.services.importing.options import ImportOptions, find_styles
from bookings.services.importing.report import Report, all_or_nothing
from bookings.services.importing.rows import BookingRow, parse_rows, ref_key, without_repeats
from bookings.services.importing.values import either
from bookings.services.local_times import clock_text, shows
from bookings.services.seats import seat_imported
from bookings.spreadsheets import read_records
from bookings.tables import Table

CHUNK = 500


def import_bookings(
    *, table: Table, options: ImportOptions, record_money: RecordMoney, actor: Actor, now: datetime
) -> Report:
    """Create the bookings of a file; `record_money` books what was paid, in the same transaction.

    A row that was imported before is unchanged; of a changed one only contact and notes are taken over. Every party
    keeps its seats, also on a departure that the old system oversold. Raises UnreadableFile.
    """
    records = read_records(table, COLUMNS)
    report = Report(rows=len(records), styles=find_styles(records, COLUMNS, options))
    if table.remark:
        report.remark(table.first - 1, table.remark)
    rows = without_repeats(parse_rows(records, report.styles, report), report)
    run = ImportRun(options, record_money, actor, now, report)
    with all_or_nothing(report, options):
        for start in range(0, len(rows), CHUNK):
            _import_chunk(rows[start : start + CHUNK], run)
        report.oversold = seat_imported(run.seats)
    return report


def _import_chunk(rows: Sequence[BookingRow], run: ImportRun) -> None:
    known = _known(rows)
    take_over_changes(
        [(row, known[row.number]) for row in rows if row.number in known],
        actor=run.actor,
        now=run.now,
        report=run.report,
    )
    fresh = [row for row in rows if row.number not in known]
    departures = _departures(fresh)
    create([(row, d) for row in fresh if (d := _place(row, departures, run.report, run.now))], run)


def _known(rows: Sequence[BookingRow]) -> dict[int, Booking]:
    """{row number: booking} of those that are here.

    By the file's Ref (an earlier import's, or our own reference in an exported file), in capitals or not, or as the
    very same row, whose booking has another Ref by now.
    """
    refs = {spelling for row in rows for spelling in (row.ref, ref_key(row.ref), row.ref.lower())}
    here = Booking.objects.select_related("departure__trip", "customer").order_by("-pk")
    by_ref = here.annotate(lowered=Lower("external_reference")).exclude(external_reference="")
    found: dict[str, Booking] = {}
    for query in (
        here.filter(creation_key__in=[row.fingerprint for row in rows]),
        by_ref.filter(lowered__in={ref.lower() for ref in refs}),
        here.filter(reference__in={ref.upper() for ref in refs}),
        here.filter(external_reference__in=refs),
    ):
        for booking in query:
            names = (booking.creation_key, booking.reference, booking.external_reference)
            found |= dict.fromkeys((*names, *map(ref_key, names)), booking)
    known = {}
    for row in rows:
        if match := found.get(row.ref) or found.get(ref_key(row.ref)) or found.get(row.fingerprint):
            known[row.number] = match
    return known


def _departures(rows: Sequence[BookingRow]) -> dict[tuple[str, date], list[Departure]]:
    """The departures of these rows by trip and local day."""
    found: dict[tuple[str, date], list[Departure]] = {}
    if not rows:
        return found
    margin = timedelta(days=2)  # wider than any time zone
    first = datetime.combine(min(row.day for row in rows), time.min, tzinfo=timezone.get_default_timezone()) - margin
    last = datetime.combine(max(row.day for row in rows), time.min, tzinfo=timezone.get_default_timezone()) + margin
    query = Departure.objects.filter(trip__code__in={row.trip for row in rows}, starts_at__range=(first, last))
    for departure in query.select_related("trip"):
        day = departure.starts_at.astimezone(departure.trip.zone).date()
        found.setdefault((departure.trip.code, day), []).append(departure)
    return found


def _no_waiting(row: BookingRow, departure: Departure, now: datetime) -> str:
    """Nobody waits for a departure that is over or cancelled, and who waits has paid nothing."""
    if STATUSES[row.status] != Status.WAITLISTED:
        return ""
    if departure.starts_at <= now or departure.status in (Departure.Status.CANCELLED, Departure.Status.COMPLETED):
        return f"Status: nobody can wait for {departure.code} any more; write Cancelled."
    if row.paid:
        return "Paid: a booking on the waiting list takes no money. Write 0, or the status Confirmed."
    return ""


def _place(
    row: BookingRow, departures: dict[tuple[str, date], list[Departure]], report: Report, now: datetime
) -> Departure | None:
    """The departure of a new row; without one the row is refused."""
    if row.status not in NEW:
        report.refuse(row.number, f"Status: a new booking can't come in as {row.status}; write {either(NEW)}.")
        return None
    that_day = departures.get((row.trip, row.day), [])
    fitting = [d for d in that_day if row.clock is None or shows(d.starts_at, row.clock, d.trip.zone)]
    if not fitting:
        when = f"{row.day} at {row.clock:%H:%M}" if row.clock else f"{row.day}"
        report.refuse(
            row.number, f"Trip and Date: {row.trip} doesn't depart on {when} in Tourdesk. Import the departures first."
        )
    elif len(fitting) > 1:
        times = either([clock_text(d.starts_at, d.trip.zone) for d in fitting])
        report.refuse(
            row.number, f"Date: {row.trip} departs more than once on {row.day}. Write the Start time of one: {times}."
        )
    elif why_not := _no_waiting(row, fitting[0], now):
        report.refuse(row.number, why_not)
    elif fitting[0].status == Departure.Status.CANCELLED and STATUSES[row.status] in Booking.HOLDS_SEATS:
        report.refuse(row.number, f"Trip and Date: {fitting[0].code} is cancelled in Tourdesk; so must the booking be.")
    else:
        return fitting[0]
    return None
