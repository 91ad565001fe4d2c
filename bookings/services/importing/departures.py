"""Departures from another system; a trip that isn't here yet is made from its first row."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from bookings.models import Departure, Trip
from bookings.services.departures import departure_code, with_free_codes
from bookings.services.importing.departure_rows import COLUMNS, DepartureRow, parse, repeat, without_repeats
from bookings.services.importing.options import ImportOptions, find_styles
from bookings.services.importing.report import Report, all_or_nothing
from bookings.services.local_times import clock_text, comes_twice, moment
from bookings.spreadsheets import read_records
from bookings.tables import Table

CHUNK = 500
Status = Departure.Status


def import_departures(*, table: Table, options: ImportOptions, now: datetime) -> Report:
    """Create departures, or bring capacity and price of known ones to the file's. Raises UnreadableFile.

    A past departure is completed, one under way closed, a future one open.
    """
    records = read_records(table, COLUMNS)
    report = Report(rows=len(records), styles=find_styles(records, COLUMNS, options))
    if table.remark:
        report.remark(table.first - 1, table.remark)
    rows = without_repeats(parse(records, report), report)
    with all_or_nothing(report, options):
        trips = _trips(rows, report)
        rows = [row for row in rows if row.trip in trips]
        for start in range(0, len(rows), CHUNK):
            _import_chunk(rows[start : start + CHUNK], trips, report, now)
    return report


def _trips(rows: Sequence[DepartureRow], report: Report) -> dict[str, Trip]:
    """The trips of these rows by code; rows of an unknown trip without a name are refused."""
    trips = {trip.code: trip for trip in Trip.objects.filter(code__in={row.trip for row in rows})}
    named = {row.trip: row for row in reversed(rows) if row.trip_name and row.trip not in trips}
    made = Trip.objects.bulk_create(
        Trip(
            code=code,
            name=row.trip_name,
            destination=row.trip_name.split(",")[0],
            price=row.price,
            currency=row.currency,
            capacity=row.capacity,
        )
        for code, row in sorted(named.items())
    )
    trips |= {trip.code: trip for trip in made}
    for row in rows:
        if row.trip not in trips:
            report.refuse(row.number, f"Trip name is blank, and there is no trip {row.trip} yet. Give its name.")
    return trips


def _import_chunk(rows: Sequence[DepartureRow], trips: dict[str, Trip], report: Report, now: datetime) -> None:
    wanted: dict[tuple[int, datetime], tuple[DepartureRow, Departure]] = {}
    for row in rows:
        if departure := _departure(row, trips[row.trip], report, now):
            first, same = wanted.setdefault((departure.trip_id, departure.starts_at), (row, departure))
            if first is not row:
                repeat(first, row, report, differs=_differ(same, departure))
    places = Q(trip__in={trip for trip, _start in wanted}, starts_at__in={start for _trip, start in wanted})
    known = {(d.trip_id, d.starts_at): d for d in Departure.objects.select_for_update().filter(places).order_by("pk")}
    changed = []
    for key, (row, departure) in wanted.items():
        old = known.get(key)
        if old is None:
            report.created += 1
        elif old.currency != departure.currency and old.seats_taken:
            report.refuse(row.number, f"Currency: {old.code} is sold in {old.currency} already.")
        elif _differ(old, departure):
            report.updated += 1
            changed.append((old, departure))
        else:
            report.unchanged += 1
    Departure.objects.bulk_create(with_free_codes([d for key, (_row, d) in wanted.items() if key not in known]))
    _update(changed)


def _departure(row: DepartureRow, trip: Trip, report: Report, now: datetime) -> Departure | None:
    """Nothing for a time that doesn't exist there: the row is refused."""
    try:
        starts_at = moment(row.day, row.clock, trip.zone)
    except ValueError as error:
        report.refuse(row.number, f"Start time: {error} Correct the time or the date.")
        return None
    if comes_twice(starts_at, trip.zone) and not row.clock.tzinfo:
        text = f"Start time: {row.clock:%H:%M} comes twice on {row.day} in {trip.time_zone}; the first is meant,"
        report.remark(row.number, f"{text} which is {clock_text(starts_at, trip.zone)}.")
    ends_at = starts_at + timedelta(hours=trip.duration_hours)
    return Departure(
        trip=trip,
        code=departure_code(trip, starts_at),
        starts_at=starts_at,
        ends_at=ends_at,
        capacity=row.capacity,
        price=row.price,
        currency=row.currency,
        status=Status.COMPLETED if ends_at <= now else Status.CLOSED if starts_at <= now else Status.OPEN,
    )


def _differ(old: Departure, new: Departure) -> bool:
    planned = old.capacity if old.planned_capacity is None else old.planned_capacity
    return (planned, old.price, old.currency) != (new.capacity, new.price, new.currency)


def _update(changed: Sequence[tuple[Departure, Departure]]) -> None:
    """Never below the seats that are taken: then the file's capacity is what is planned."""
    for old, new in changed:
        old.planned_capacity = new.capacity if new.capacity < old.seats_taken else None
        old.price, old.currency = new.price, new.currency
        old.capacity = max(new.capacity, old.seats_taken)
    fields = ["capacity", "planned_capacity", "price", "currency"]
    Departure.objects.bulk_update([old for old, _new in changed], fields)
