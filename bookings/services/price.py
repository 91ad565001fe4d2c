"""The price of a booking, adjusted by a person who gives a reason."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from bookings import emails
from bookings.actors import Actor
from bookings.mail_kinds import about_dues
from bookings.models import Booking, BookingLine
from bookings.refusals.price import BeyondLimit, NoAdjustment, PriceBelowZero, PriceChanged, PriceTooHigh
from bookings.services.confirm import COVERED, confirm, covered
from bookings.services.lines import adjustment, mend
from bookings.services.rows import add_events, sort_out, why_not_change
from bookings.services.terms import CENT, MAX_TOTAL, deposit_for
from bookings.services.transitions import need_reason
from bookings.timeline import plain
from bookings.timeline.price import PriceAdjusted
from bookings.wording import money
from notifications import outbox


@transaction.atomic
def adjust_price(
    *, booking_id: int, amount: Decimal, reason: str, actor: Actor, now: datetime, seen: Decimal | None = None
) -> Booking:
    """Add a line of `amount` (the booking's currency; below zero lowers the price), and tell nobody.

    The deposit follows the total. What is paid beyond the new price waits among the decisions. `seen` is the total that
    the form showed: of two clerks at once, or two clicks, the second is told.
    """
    reason = need_reason(reason)
    if not amount.is_finite() or not 0 < abs(amount) <= MAX_TOTAL or amount != amount.quantize(CENT):
        raise NoAdjustment
    booking = sort_out([booking_id], lambda b: why_not_change(b, "adjust_price")).single()
    if seen is not None and booking.total != seen:
        raise PriceChanged(booking.reference, money(booking.total, booking.currency))
    change_price(booking, amount, reason, actor=actor, now=now)
    return booking


def change_price(booking: Booking, amount: Decimal, reason: str, *, actor: Actor, now: datetime) -> None:
    """The same for a locked booking."""
    mend([booking])
    _check(booking, amount, actor)
    _write(booking, amount, reason, actor=actor, now=now)


def _write(booking: Booking, amount: Decimal, reason: str, *, actor: Actor, now: datetime) -> None:
    line = adjustment(booking, amount, reason)
    line.created_at = now
    line.save(force_insert=True)
    booking.total += amount
    if booking.status in Booking.LIVE:
        trip = booking.departure.trip
        booking.deposit_due = deposit_for(trip=trip, total=booking.total, party_size=booking.party_size)
    booking.save(update_fields=["total", "deposit_due", "updated_at"])
    entry = PriceAdjusted(plain(amount), plain(booking.total), booking.currency, reason)
    add_events([booking], entry, actor=actor, now=now)
    pairs = confirm(covered([booking]), actor=actor, now=now, entry=COVERED)
    emails.replace("booking_confirmed", pairs, now=now, reason="The booking was confirmed.")
    if booking.balance <= 0:
        outbox.withdraw(topics=[booking.topic], reason="Nothing is owed any more.", kinds=about_dues())


def raise_price(booking: Booking, amount: Decimal, reason: str, *, actor: Actor, now: datetime) -> None:
    """What was taken off a locked booking's price for a refund is asked again, whatever its state and the limit."""
    mend([booking])
    _write(booking, amount, reason, actor=actor, now=now)


def _check(booking: Booking, amount: Decimal, actor: Actor) -> None:
    total = booking.total + amount
    if total < 0:
        raise PriceBelowZero(booking.reference)
    if total > MAX_TOTAL:
        raise PriceTooHigh(booking.reference)
    limit = limit_of(booking)
    before = sum(booking.lines.filter(kind=BookingLine.Kind.ADJUSTMENT).values_list("amount", flat=True), Decimal(0))
    free = actor.user is None or actor.user.has_perm("bookings.adjust_price_freely_booking")
    if not free and abs(before + amount) > limit:
        raise BeyondLimit(booking.reference, money(limit, booking.currency))


def limit_of(booking: Booking) -> Decimal:
    """What all adjustments of a booking may come to, up or down, without the permission to go further."""
    seats = booking.unit_price * booking.party_size
    return (seats * settings.PRICE_ADJUSTMENT_PERCENT / 100).quantize(CENT)
