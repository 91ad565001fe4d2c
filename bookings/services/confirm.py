"""pending → confirmed, the one way: whether money came, the deposit shrank, or a person decided."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from bookings import emails
from bookings.actors import SYSTEM, Actor
from bookings.models import Booking
from bookings.services.rows import Pair, change_status
from bookings.timeline import Entry
from bookings.timeline.status import StatusChanged

Status = Booking.Status
COVERED: Final = StatusChanged("deposit_covered")


def confirm(bookings: Sequence[Booking], *, actor: Actor, now: datetime, entry: Entry | None = None) -> list[Pair]:
    """Confirm locked pending bookings; those whose departure is over are completed at once.

    Returns the pairs that a mail may be about: nobody is told of seats on a departure that is over.
    """
    pairs = change_status(bookings, Status.CONFIRMED, actor=actor, now=now, entry=entry, hold_expires_at=None)
    over = [booking for booking in bookings if booking.departure.ends_at <= now]
    change_status(over, Status.COMPLETED, actor=SYSTEM, now=now, entry=StatusChanged("departure_ended"))
    emails.withdraw_unwanted(over, to=Status.COMPLETED, reason="The departure has ended.")
    return [pair for pair in pairs if pair[0].status == Status.CONFIRMED]


def confirm_covered(bookings: Sequence[Booking], *, actor: Actor, now: datetime) -> list[Booking]:
    """Confirm those of these locked bookings that are pending and whose deposit is covered; returns them.

    Queues no mail: the caller's mail says the new status.
    """
    ready = covered(bookings)
    confirm(ready, actor=actor, now=now, entry=COVERED)
    return ready


def covered(bookings: Sequence[Booking]) -> list[Booking]:
    """Those that are pending and have paid their deposit with money that stays."""
    return [b for b in bookings if b.status == Status.PENDING and b.staying >= b.deposit_due]
