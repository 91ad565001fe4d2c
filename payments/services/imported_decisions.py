"""Imported history: decided in the old system, so closed from the start."""

from collections.abc import Sequence
from datetime import datetime

from bookings.actors import Actor
from bookings.models import Booking
from payments.models import ClosedDecision
from payments.services.closing_decisions import tell
from payments.services.decisions import Kind
from payments.services.refunds.owed import fingerprint, with_facts

IMPORTED = "Imported history: decided in the old system"


def close_imported(*, bookings: Sequence[Booking], actor: Actor, now: datetime) -> None:
    """Money on bookings that come in as history: what is cancelled, and what was paid too much for a trip that is over.

    In the import's transaction. A few statements, however many there are.
    """
    past = {
        booking.pk: booking
        for booking in bookings
        if booking.status == Booking.Status.CANCELLED or booking.departure.starts_at <= now
    }
    facts = with_facts(Booking.objects.filter(pk__in=past)).order_by("pk")
    rows = [
        ClosedDecision(
            kind=Kind.MONEY_LEFT if booking.status == Booking.Status.CANCELLED else Kind.OVERPAID,
            object_id=booking.pk,
            fingerprint=fingerprint(booking),
            name=booking.reference,
            booking=booking,
            reason=IMPORTED,
            closed_by=actor.user,
            closed_by_label=actor.label,
            closed_at=now,
        )
        for booking in facts
        if booking.status == Booking.Status.CANCELLED or booking.paid > booking.total
    ]
    ClosedDecision.objects.bulk_create(rows, batch_size=500)
    tell(rows, list(past.values()), actor=actor, now=now)
