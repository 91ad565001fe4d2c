"""Bookings of another system's file together with the money that was paid there, in one transaction."""

from collections.abc import Sequence
from datetime import datetime

from bookings.actors import Actor
from bookings.services import ledger
from bookings.services.importing import bookings as importing
from bookings.services.importing import new_bookings
from bookings.services.importing.options import ImportOptions
from bookings.services.importing.report import Report
from bookings.tables import Table
from payments.models import Payment
from payments.refusals.manual import NobodyImports
from payments.services.imported_decisions import close_imported
from payments.services.ledger import mend_forgotten, new_tx_ref
from payments.timeline.payments import PaymentImported
from payments.timeline.sums import paid

METHODS = {"Cash": "cash", "Bank": "bank_transfer", "Card": "card"}  # the rest, Chapa too, were never ours to verify


def import_bookings(*, table: Table, options: ImportOptions, actor: Actor, now: datetime) -> Report:
    """As bookings.services.importing; paid amounts become manual payments, recorded by the person who imports."""
    if actor.user is None:
        raise NobodyImports
    report = importing.import_bookings(
        table=table, options=options, record_money=record_imported_payments, actor=actor, now=now
    )
    while report.written and mend_forgotten():  # numbered afterwards: nobody's receipt waits for a long import
        pass
    return report


def record_imported_payments(money: Sequence[new_bookings.ImportedMoney], actor: Actor, now: datetime) -> None:
    """One succeeded payment for each new booking, put on its ledger; no receipt number yet. Mails nobody.

    What is history comes in decided: nobody here has to look at each.
    """
    payments = Payment.objects.bulk_create(_payment(entry, actor, now) for entry in money)
    ledger.add_money(
        {entry.booking: entry.amount for entry in money},
        {p.booking_id: PaymentImported(paid(p), p.note) for p in payments},
        actor=actor,
        now=now,
    )
    close_imported(bookings=[entry.booking for entry in money], actor=actor, now=now)


def _payment(entry: new_bookings.ImportedMoney, actor: Actor, now: datetime) -> Payment:
    method = METHODS.get(entry.paid_by, "other")
    return Payment(
        tx_ref=new_tx_ref(method),
        booking=entry.booking,
        method=method,
        amount=entry.amount,
        currency=entry.booking.currency,
        status=Payment.Status.SUCCEEDED,
        received_at=entry.received_at,
        note=f"{entry.paid_by} (old system)" if entry.paid_by else "Paid in the old system",
        creation_key=f"import:{entry.booking.reference}",
        recorded_by=actor.user,
        recorded_by_label=actor.label,
        created_at=now,
    )
