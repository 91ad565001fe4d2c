"""Bookings from another system. The file's word holds for what is new; what is here is changed in Tourdesk alone."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import prefetch_related_objects
from django.db.models.functions import Lower
from django.utils import timezone

from bookings import emails
from bookings.actors import Actor
from bookings.models import Booking, Departure, Traveller
from bookings.references import new_reference
from bookings.services.create import balance_due_on, deposit_for
from bookings.services.customers import CustomerData, find_or_create_customers
from bookings.services.importing.cells import either
from bookings.services.importing.changes import take_over_changes
from bookings.services.importing.report import ImportOptions, Report, all_or_nothing, find_styles
from bookings.services.importing.rows import COLUMNS, NEW, STATUSES, BookingRow, parse_rows, ref_key, without_repeats
from bookings.services.local_times import clock_text, shows
from bookings.services.rows import Pair, add_events
from bookings.services.seats import seat_imported, seats_of
from bookings.spreadsheets import Table, read_records
from bookings.timeline import CreatedByImport
from bookings.wording import money

CHUNK = 500
CANCEL_REASON = "Cancelled in the old system"
Status = Booking.Status


@dataclass(frozen=True)
class ImportedMoney:
    """What the file says was paid for a new booking: `amount` in the booking's currency, `paid_by` its word."""

    booking: Booking
    amount: Decimal
    paid_by: str
    received_at: datetime


RecordMoney = Callable[[Sequence[ImportedMoney], Actor, datetime], None]


@dataclass
class _Import:
    """One run: what was asked, and what it adds up to."""

    options: ImportOptions
    record_money: RecordMoney
    actor: Actor
    now: datetime
    report: Report
    seats: Counter[int] = field(default_factory=Counter)


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
    run = _Import(options, record_money, actor, now, report)
    with all_or_nothing(report, options):
        for start in range(0, len(rows), CHUNK):
            _import_chunk(rows[start : start + CHUNK], run)
        report.oversold = seat_imported(run.seats)
    return report


def _import_chunk(rows: Sequence[BookingRow], run: _Import) -> None:
    known = _known(rows)
    take_over_changes(
        [(row, known[row.number]) for row in rows if row.number in known],
        actor=run.actor,
        now=run.now,
        report=run.report,
    )
    fresh = [row for row in rows if row.number not in known]
    departures = _departures(fresh)
    _create([(row, d) for row in fresh if (d := _place(row, departures, run.report, run.now))], run)


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


def _create(placed: Sequence[tuple[BookingRow, Departure]], run: _Import) -> None:
    rows = [row for row, _departure in placed]
    people = [CustomerData(name=row.name, email=row.email, phone=row.phone, country=row.country) for row in rows]
    customers = find_or_create_customers(data=people)
    bookings = [_booking(row, departure) for row, departure in placed]
    for booking, customer in zip(bookings, customers, strict=True):
        booking.customer = customer
    Booking.objects.bulk_create(bookings)
    Traveller.objects.bulk_create(
        Traveller(booking=booking, name=name)
        for booking, row in zip(bookings, rows, strict=True)
        for name in (row.name, *row.others)
    )
    pairs = _write_timeline(bookings, rows, run)
    money = [
        ImportedMoney(booking, row.paid, row.paid_by, min(booking.created_at, run.now))
        for booking, row in zip(bookings, rows, strict=True)
        if row.paid
    ]
    run.record_money(money, run.actor, run.now)
    if run.options.send_confirmations:
        _confirm_by_mail(pairs, run.now)
    run.seats.update(seats_of(bookings))
    _count(placed, run)


def _booking(row: BookingRow, departure: Departure) -> Booking:
    """A booking of the past owes no deposit; one that waits or is cancelled would once it had its seats."""
    status = STATUSES[row.status]
    cancelled = status == Status.CANCELLED
    seatless = status not in Booking.HOLDS_SEATS
    deposit = deposit_for(trip=departure.trip, total=row.total, party_size=row.party) if seatless else Decimal(0)
    booked_at = datetime.combine(row.booked_on, time(12), tzinfo=timezone.get_default_timezone())
    return Booking(
        reference=new_reference(),
        departure=departure,
        party_size=row.party,
        status=status,
        currency=row.currency,
        unit_price=row.price,
        total=row.total,
        deposit_due=deposit,
        paid=Decimal(0),
        source=Booking.Source.IMPORT,
        external_reference=row.ref,
        creation_key=row.fingerprint,
        cancel_reason=CANCEL_REASON if cancelled else "",
        notes=row.notes,
        balance_due_on=balance_due_on(departure, booked_at),
        created_at=booked_at,
    )


def _write_timeline(bookings: Sequence[Booking], rows: Sequence[BookingRow], run: _Import) -> list[Pair]:
    """One row a booking, from nothing to its status."""
    entries = {b.pk: CreatedByImport(row.ref, row.people) for b, row in zip(bookings, rows, strict=True)}
    pairs: list[Pair] = []
    for status in NEW.values():
        group = [booking for booking in bookings if booking.status == status]
        events = add_events(group, entries, was="", to=status, actor=run.actor, now=run.now)
        pairs += zip(group, events, strict=True)
    return pairs


def _confirm_by_mail(pairs: Iterable[Pair], now: datetime) -> None:
    """To those who are still to travel."""
    coming = [(b, e) for b, e in pairs if b.status == Status.CONFIRMED and b.departure.starts_at > now]
    prefetch_related_objects([booking for booking, _event in coming], "travellers")
    emails.queue("booking_confirmed", coming, now=now)


def _count(placed: Sequence[tuple[BookingRow, Departure]], run: _Import) -> None:
    report = run.report
    report.created += len(placed)
    for row, departure in placed:
        report.count_status(row.status)
        if row.paid:
            report.paid[row.currency] = report.paid.get(row.currency, Decimal(0)) + row.paid
        if remark := _odd(row, departure, run.now):
            report.remark(row.number, remark)


def _odd(row: BookingRow, departure: Departure, now: datetime) -> str:
    """What a clerk may want to look at although the row is taken as it stands."""
    odd = []
    if row.booked_on > row.day:
        odd.append(f"Booked on {row.booked_on}, after the departure.")
    if row.booked_on > timezone.localdate(now):
        odd.append(f"Booked on {row.booked_on}, which is still to come.")
    if row.status == "No show" and departure.starts_at > now:
        odd.append("No show before the departure.")
    if row.paid > row.total:
        odd.append(f"Paid {row.paid} for a total of {row.total}.")
    if row.paid and STATUSES[row.status] == Status.CANCELLED:
        odd.append(f"Cancelled, but {money(row.paid, row.currency)} is still paid.")
    return " ".join(odd)
