"""The money side of a booking. payments calls this with the bookings locked; nothing else writes `paid`."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db.models import Case, F, Value, When

from bookings.actors import Actor
from bookings.models import Booking, Money
from bookings.services.outcome import add_events, change_status

Status = Booking.Status


def add_money(
    amounts: Mapping[Booking, Decimal], *, kind: str, texts: Mapping[int, str], actor: Actor, now: datetime
) -> None:
    """Add each amount (negative: take away) to its locked booking, with a timeline row.

    A pending booking whose deposit is then paid is confirmed. No mail is queued: the caller's mail about the money
    says the new status. `texts` are the timeline's words by booking id. Amounts are in the booking's currency.
    """
    if not amounts:
        return
    added = Case(*(When(pk=b.pk, then=Value(amount)) for b, amount in amounts.items()), output_field=Money())
    Booking.objects.filter(pk__in=[b.pk for b in amounts]).update(paid=F("paid") + added, updated_at=now)
    for booking, amount in amounts.items():
        booking.paid += amount
    add_events(list(amounts), kind=kind, texts=texts, actor=actor, now=now)
    settled = [b for b in amounts if b.status == Status.PENDING and b.paid >= max(b.deposit_due, Decimal("0.01"))]
    change_status(settled, Status.CONFIRMED, actor=actor, now=now, text="Deposit paid", hold_expires_at=None)


def note(booking: Booking, *, kind: str, text: str, actor: Actor, now: datetime) -> None:
    """A timeline row that changes nothing."""
    add_events([booking], kind=kind, actor=actor, now=now, text=text)
