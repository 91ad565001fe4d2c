"""pending → confirmed, the one way: whether money came, the deposit shrank, or a person decided."""

from collections.abc import Sequence
from datetime import datetime

from bookings.actors import SYSTEM, Actor
from bookings.models import Booking
from bookings.services.outcome import Pair, change_status

Status = Booking.Status


def confirm(bookings: Sequence[Booking], *, actor: Actor, now: datetime, text: str = "") -> list[Pair]:
    """Confirm locked pending bookings; those whose departure is over are completed at once.

    Returns the pairs that a mail may be about: nobody is told of seats on a departure that is over.
    """
    pairs = change_status(bookings, Status.CONFIRMED, actor=actor, now=now, text=text, hold_expires_at=None)
    over = [booking for booking in bookings if booking.departure.ends_at <= now]
    change_status(over, Status.COMPLETED, actor=SYSTEM, now=now, text="The departure has ended")
    return [pair for pair in pairs if pair[0].status == Status.CONFIRMED]


def settle(bookings: Sequence[Booking], *, actor: Actor, now: datetime) -> list[Booking]:
    """Confirm those of these locked bookings that are pending and whose deposit is covered; returns them.

    Queues no mail: the caller's mail says the new status.
    """
    ready = [b for b in bookings if b.status == Status.PENDING and b.paid >= b.deposit_due]
    confirm(ready, actor=actor, now=now, text="The deposit is covered")
    return ready
