"""How much of a payment to give back, and why: the house's promise where it has made one, else the trip's terms.

The terms are about what the booking costs; what was paid beyond that goes back in full.

Everything is read through what is prefetched of a booking (payments, their refunds, events), for lists of many.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from bookings.models import Booking, Departure
from bookings.services.cancellation import cancelled_at, days_before, percent_back
from bookings.wording import money
from payments.models import Payment, Refund

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Proposal:
    """`amount` in the payment's currency, never more than what is left of it; `why` is a sentence for staff."""

    amount: Decimal
    why: str


def left_on(payment: Payment) -> Decimal:
    """What no live refund or void has taken yet."""
    return payment.amount - _sum(refund for refund in payment.refunds.all() if refund.status != Refund.Status.FAILED)


def propose(*, payment: Payment, now: datetime) -> Proposal:
    """For one succeeded payment; its booking needs departure and trip loaded."""
    booking, ended = payment.booking, cancelled_at(payment.booking)
    if _came_late(payment, ended):
        return Proposal(left_on(payment), _late(booking))
    return Proposal(min(_owed_back(booking, ended, now), left_on(payment)), _why(booking, ended, now))


def propose_for_booking(*, booking: Booking, now: datetime) -> Proposal:
    """Over all of its payments together."""
    ended = cancelled_at(booking)
    early, late = _split(booking, ended)
    from_late = sum(map(left_on, late), NOTHING)
    from_early = min(_owed_back(booking, ended, now), sum(map(left_on, early), NOTHING))
    why = _late(booking) if from_late and not from_early else _why(booking, ended, now)
    return Proposal(from_early + from_late, why)


def _split(booking: Booking, ended: datetime | None) -> tuple[list[Payment], list[Payment]]:
    """Its succeeded payments: those that came while it lived, and the late ones."""
    paid = [payment for payment in booking.payments.all() if payment.status == Payment.Status.SUCCEEDED]
    late = [payment for payment in paid if _came_late(payment, ended)]
    return [payment for payment in paid if payment not in late], late


def _came_late(payment: Payment, ended: datetime | None) -> bool:
    return ended is not None and payment.received_at is not None and payment.received_at > ended


def _owed_back(booking: Booking, ended: datetime | None, now: datetime) -> Decimal:
    """Of the money that came while the booking lived, less what went back or is on its way back."""
    received, back = _received_and_back(booking, ended)
    if _only_the_excess(booking, ended):
        return received - back - booking.total
    return max(share_back(booking, received, ended or now) - back, NOTHING)


def _received_and_back(booking: Booking, ended: datetime | None) -> tuple[Decimal, Decimal]:
    early, _late_ones = _split(booking, ended)
    live = [refund for p in early for refund in p.refunds.all() if refund.status != Refund.Status.FAILED]
    back = _sum(refund for refund in live if refund.kind == Refund.Kind.REFUND)
    return _sum(early) - _sum(refund for refund in live if refund.kind != Refund.Kind.REFUND), back


def _only_the_excess(booking: Booking, ended: datetime | None) -> bool:
    """While a booking lives, nothing else has to go back."""
    received, back = _received_and_back(booking, ended)
    return ended is None and booking.departure.status != Departure.Status.CANCELLED and received - back > booking.total


def share_back(booking: Booking, received: Decimal, moment: datetime) -> Decimal:
    """Of what was received of the customer, if the booking ended at that moment: the excess, and the terms' share."""
    excess = max(received - booking.total, NOTHING)
    share = (received - excess) * _percent(booking, moment) / 100
    return excess + share.quantize(CENT, ROUND_HALF_UP)


def _percent(booking: Booking, moment: datetime) -> int:
    if booking.departure.status == Departure.Status.CANCELLED or booking.status == Booking.Status.EXPIRED:
        return 100
    return percent_back(booking.departure.trip.cancellation_tiers, days_before(booking.departure, moment))


def _late(booking: Booking) -> str:
    return f"It came when the booking was {booking.get_status_display().lower()} already: the full amount."


def _why(booking: Booking, ended: datetime | None, now: datetime) -> str:
    if _only_the_excess(booking, ended):
        return "More was paid than the booking costs: the excess."
    if booking.departure.status == Departure.Status.CANCELLED:
        return "We cancelled the departure: the full amount."
    if booking.status == Booking.Status.EXPIRED:
        return "The hold was over: the full amount."
    days, percent = days_before(booking.departure, ended or now), _percent(booking, ended or now)
    when = f"{days} day{'s' * (days != 1)} before it leaves" if days >= 0 else "after it has left"
    if ended is None:
        return f"If it were cancelled now, {when}, the trip's terms would give back {percent} %."
    excess = _received_and_back(booking, ended)[0] - booking.total
    if excess <= 0 or percent == 100:
        return f"Cancelled {when}: the trip's terms give back {percent} %."
    price, beyond = money(booking.total, booking.currency), money(excess, booking.currency)
    return (
        f"Cancelled {when}: the trip's terms give back {percent} % of its price, {price}."
        f" What was paid beyond it, {beyond}, goes back in full."
    )


def _sum(rows: Iterable[Payment | Refund]) -> Decimal:
    return sum((row.amount for row in rows), NOTHING)
