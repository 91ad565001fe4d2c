"""The attempt is written down before the provider is asked, so that it is never begun twice."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from bookings.actors import Actor
from bookings.models import Booking
from bookings.services.rows import lock_bookings
from bookings.wording import money
from notifications.refusals import NotFound
from payments.gateway import Gateway
from payments.models import Payment
from payments.refusals.checkout import (
    BeingPrepared,
    PaidAlready,
    PaymentUnknown,
    TooManyLinks,
)
from payments.services.checkout.payable import check_amount, link_given, why_not_payable
from payments.services.checkout.verify import close_attempt
from payments.services.ledger import keep_hold, new_tx_ref
from payments.services.times import BEING_MADE, HOUR, next_check

Status = Payment.Status
MOST_AN_HOUR = 10  # links of one booking: each costs the provider and us several calls


@transaction.atomic
def reserve_attempt(
    booking_id: int, amount: Decimal | None, gateway: Gateway, actor: Actor, now: datetime, *, creation_key: str
) -> tuple[Payment, bool]:
    """A new attempt (True), or the one in its way: open, or failed with a link on which it may be tried again.

    Two links could both be paid, so a booking has one. It is looked for under the lock: an answer may have come since.
    """
    bookings = lock_bookings([booking_id])
    if not bookings:
        raise NotFound("The booking")
    [booking] = bookings
    in_the_way = Q(status__in=Payment.OPEN) | Q(status=Status.FAILED, next_check_at__isnull=False)
    if known := booking.payments.online().filter(in_the_way).order_by("pk").first():
        known.booking = booking
        return known, False
    payment = Payment.objects.create(
        tx_ref=new_tx_ref(gateway.method),
        booking=booking,
        method=gateway.method,
        amount=_asked(booking, amount, now),
        currency=booking.currency,
        status=Status.CREATED,
        provider_mode=gateway.mode,
        recorded_by=actor.user,
        recorded_by_label=actor.label,
        creation_key=creation_key,
        next_check_at=next_check(now, now),
        created_at=now,
    )
    keep_hold(booking)
    return payment, True


def need_payable(booking_id: int, amount: Decimal | None, now: datetime) -> None:
    """Before any link is ended: who can't begin another payment keeps the link that there is."""
    booking = Booking.objects.filter(pk=booking_id).first()
    if booking is None:
        raise NotFound("The booking")
    given = link_given(booking, now)
    if given is None or not still_good(given, amount, now):
        _asked(booking, amount, now)


def _asked(booking: Booking, amount: Decimal | None, now: datetime) -> Decimal:
    if refusal := why_not_payable(booking, now):
        raise refusal
    wanted = check_amount(booking, amount, now)
    begun = booking.payments.online().filter(created_at__gt=now - HOUR)
    if begun.count() >= MOST_AN_HOUR:
        raise TooManyLinks(booking.reference, MOST_AN_HOUR)
    return wanted


def still_good(payment: Payment, amount: Decimal | None, now: datetime) -> bool:
    """Whether this attempt's link can be given again, and asks the right amount."""
    booking = payment.booking
    wanted = booking.due_at(now) if amount is None else amount
    return payment.amount == wanted <= booking.balance and link_given(booking, now) == payment


def close_earlier(payment: Payment, actor: Actor, now: datetime) -> None:
    """Make room for a new attempt, or say why there is none."""
    if payment.status == Status.CREATED and now - payment.created_at < BEING_MADE:
        raise BeingPrepared
    _need_closed(close_attempt(payment_id=payment.pk, why="replaced", actor=actor, now=now).payment)


def _need_closed(payment: Payment) -> None:
    if payment.status == Status.SUCCEEDED:
        raise PaidAlready(money(payment.amount, payment.currency))
    if payment.status in Payment.OPEN or payment.next_check_at is not None:
        raise PaymentUnknown
