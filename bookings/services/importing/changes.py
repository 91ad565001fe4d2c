"""Rows whose booking is here already."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bookings.actors import Actor
from bookings.models import Booking, Customer
from bookings.services.customers import clean_phone, name_key, readdress_unsent
from bookings.services.importing.columns import STATUSES
from bookings.services.importing.report import Report
from bookings.services.importing.rows import BookingRow
from bookings.services.local_times import shows
from bookings.services.rows import add_events
from bookings.timeline import Entry
from bookings.timeline.changes import Imported

Status = Booking.Status
CONTACT = ("email", "phone", "country")


def take_over_changes(
    pairs: Sequence[tuple[BookingRow, Booking]], *, actor: Actor, now: datetime, report: Report
) -> None:
    """Take over what mails nobody and moves neither seats nor money; refuse rows that want more than that.

    A blank cell never erases anything.
    """
    customers: dict[int, Customer] = {}
    changed: list[Booking] = []
    entries: dict[int, Entry] = {}
    for row, booking in pairs:
        booking.customer = customers.setdefault(booking.customer_id, booking.customer)
        if booking.creation_key in (row.fingerprint, replace(row, ref=booking.external_reference).fingerprint):
            fields: list[str] = []
        elif other := _protected(row, booking):
            reason = f"Ref: {row.ref} is here as {booking.reference} with {other}. Change the booking in Tourdesk."
            report.refuse(row.number, reason)
            continue
        else:
            fields = _take_over(row, booking)
        report.count_status(row.status)
        if not fields:
            report.unchanged += 1
            continue
        report.updated += 1
        changed.append(booking)
        entries[booking.pk] = Imported(row.ref, fields)
    _write(changed, entries, actor, now)


def _protected(row: BookingRow, booking: Booking) -> str:
    """What differs that only Tourdesk may change, each with Tourdesk's value."""
    starts = booking.departure.starts_at.astimezone(booking.departure.trip.zone)
    label = str(Status(booking.status).label)
    pairs = (
        ("Trip", booking.departure.trip.code, booking.departure.trip.code == row.trip),
        ("Date", f"{starts:%Y-%m-%d}", starts.date() == row.day),
        ("Start time", f"{starts:%H:%M}", row.clock is None or shows(starts, row.clock, booking.departure.trip.zone)),
        ("Lead name", booking.customer.name, name_key(booking.customer.name) == name_key(row.name)),
        ("Party", booking.party_size, booking.party_size == row.party),
        ("Price per person", f"{booking.unit_price:.2f}", booking.unit_price == row.price),
        ("Currency", booking.currency, booking.currency == row.currency),
        ("Status", label, booking.status in _meant(row)),
        ("Paid", f"{booking.paid:.2f}", booking.paid == row.paid),
    )
    return ", ".join(f"{name} {value}" for name, value, same in pairs if not same)


def _meant(row: BookingRow) -> set[str]:
    """A confirmed booking of the file may have been completed here since."""
    status = STATUSES[row.status]
    return {status, Status.COMPLETED} if status == Status.CONFIRMED else {status}


def _take_over(row: BookingRow, booking: Booking) -> list[str]:
    """Set what the row says and the booking doesn't; returns the names of the fields."""
    fields = []
    wanted = {"email": row.email, "phone": clean_phone(row.phone), "country": row.country}
    for name in CONTACT:
        if wanted[name] and wanted[name] != getattr(booking.customer, name):
            setattr(booking.customer, name, wanted[name])
            fields.append("e-mail" if name == "email" else name)
    if row.notes and row.notes != booking.notes:
        booking.notes = row.notes
        fields.append("notes")
    if fields:
        booking.creation_key = row.fingerprint
    return fields


def _write(changed: Sequence[Booking], entries: Mapping[int, Entry], actor: Actor, now: datetime) -> None:
    for booking in changed:
        booking.updated_at = now
    Booking.objects.bulk_update(changed, ["notes", "creation_key", "updated_at"])
    customers = {b.customer_id: b.customer for b in changed}
    Customer.objects.bulk_update(customers.values(), CONTACT)
    readdress_unsent(customers)
    add_events(changed, entries, actor=actor, now=now)
