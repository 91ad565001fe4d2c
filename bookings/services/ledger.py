"""The money side of a booking. payments calls this with the bookings locked; nothing else writes these columns."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db.models import Case, F, Value, When

from bookings import emails
from bookings.actors import Actor
from bookings.models import Booking, Money
from bookings.services.confirm import COVERED, confirm, confirm_covered, covered
from bookings.services.rows import add_events
from bookings.timeline import Entry
from notifications import outbox


def add_money(amounts: Mapping[Booking, Decimal], entries: Mapping[int, Entry], *, actor: Actor, now: datetime) -> None:
    """Add each amount (negative: take away) to its locked booking, with a timeline row.

    A pending booking whose deposit is then covered is confirmed. No mail is queued: the caller's mail about the money
    says the new status. `entries` are the timeline's, by booking id. Amounts are in the booking's currency.
    """
    if not amounts:
        return
    added = Case(*(When(pk=b.pk, then=Value(amount)) for b, amount in amounts.items()), output_field=Money())
    Booking.objects.filter(pk__in=[b.pk for b in amounts]).update(paid=F("paid") + added, updated_at=now)
    for booking, amount in amounts.items():
        booking.paid += amount
    add_events(list(amounts), entries, actor=actor, now=now)
    confirmed = confirm_covered(list(amounts), actor=actor, now=now)
    outbox.withdraw(
        topics=[b.topic for b in confirmed], reason="The booking was confirmed.", kinds=["booking_confirmation"]
    )


def set_going_back(booking: Booking, amount: Decimal, *, actor: Actor, now: datetime) -> None:
    """What of this locked booking's `paid` doesn't stay. A pending one whose deposit stays after all is confirmed."""
    before = booking.going_back
    if amount == before:
        return
    Booking.objects.filter(pk=booking.pk).update(going_back=amount, updated_at=now)
    booking.going_back = amount
    if amount < before:
        pairs = confirm(covered([booking]), actor=actor, now=now, entry=COVERED)
        emails.replace("booking_confirmed", pairs, now=now, reason="The booking was confirmed.")


def set_payment_open(booking: Booking, *, is_open: bool) -> None:
    """Whether money for this locked booking may be on its way; expire_holds leaves it alone meanwhile."""
    if booking.payment_open != is_open:
        Booking.objects.filter(pk=booking.pk).update(payment_open=is_open)
        booking.payment_open = is_open
