"""Bookings of a file that are not here yet: made, with their timeline and perhaps their mail."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal

from django.db.models import prefetch_related_objects
from django.utils import timezone

from bookings import emails
from bookings.actors import Actor
from bookings.models import Booking, Departure, Traveller
from bookings.references import new_reference
from bookings.services.customers import CustomerData
from bookings.services.importing.columns import NEW, STATUSES
from bookings.services.importing.options import ImportOptions
from bookings.services.importing.report import Report
from bookings.services.importing.rows import BookingRow
from bookings.services.lines import make_lines
from bookings.services.many_customers import find_or_create_customers
from bookings.services.rows import Pair, add_events
from bookings.services.seats import seats_of
from bookings.services.terms import balance_due_on, deposit_for
from bookings.timeline.status import CreatedByImport
from bookings.wording import money

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
class ImportRun:
    """One run: what was asked, and what it adds up to."""

    options: ImportOptions
    record_money: RecordMoney
    actor: Actor
    now: datetime
    report: Report
    seats: Counter[int] = field(default_factory=Counter)


def create(placed: Sequence[tuple[BookingRow, Departure]], run: ImportRun) -> None:
    rows = [row for row, _departure in placed]
    people = [CustomerData(name=row.name, email=row.email, phone=row.phone, country=row.country) for row in rows]
    customers = find_or_create_customers(data=people)
    bookings = [_booking(row, departure) for row, departure in placed]
    for booking, customer in zip(bookings, customers, strict=True):
        booking.customer = customer
    Booking.objects.bulk_create(bookings)
    make_lines(bookings)
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
    count(placed, run)


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


def _write_timeline(bookings: Sequence[Booking], rows: Sequence[BookingRow], run: ImportRun) -> list[Pair]:
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


def count(placed: Sequence[tuple[BookingRow, Departure]], run: ImportRun) -> None:
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
