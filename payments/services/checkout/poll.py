"""Asking about payments that nobody told us about, on the schedule of times.py.

A row is claimed by moving its next_check_at on, so that two sweeps share the work and an answer that doesn't come
costs one step of the schedule. Nothing is ever closed on an answer that we did not get.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone

from bookings.actors import SYSTEM
from bookings.models import Booking
from payments.gateway import registry
from payments.models import Payment
from payments.services.checkout.verify import Verified, close_attempt, verify_payment
from payments.services.times import BEING_MADE, PATIENCE, link_life, next_check

logger = logging.getLogger(__name__)
Status = Payment.Status
AGAIN = timedelta(minutes=5)


def verify_due(*, now: datetime, limit: int = 200, seconds: float = 45) -> dict[str, int]:
    """Ask about what is due, for at most so many rows and seconds. Returns how many were asked and how many moved."""
    end = timezone.now() + timedelta(seconds=seconds)
    asked = moved = silent = 0
    for payment in _due(now, limit):
        if silent >= PATIENCE or timezone.now() > end:
            break
        if not _claim(payment, now):
            continue
        asked += 1
        try:
            verified = follow_up(payment, source="poll", now=now)
        except Exception as error:  # noqa: BLE001 (one payment that we can't digest doesn't hold up the others)
            logger.error("Payment %s could not be asked about: %s", payment.pk, type(error).__name__)
            continue
        moved += verified.payment.status != payment.status
        if registry.of_method(payment.method):  # else its provider isn't set up, so that says nothing of the others
            silent = 0 if verified.answered else silent + 1
    return {"asked": asked, "moved": moved}


def _due(now: datetime, limit: int) -> Iterator[Payment]:
    watched = Payment.objects.watched()
    # A link of a booking that is gone, or owes less by now, must not be paid any more.
    payable = Q(status__in=(*Payment.OPEN, Status.FAILED))  # a failed one may be tried again on its link
    owed = F("booking__total") - F("booking__paid") + F("booking__going_back")
    stale = Q(booking__status__in=Booking.GONE) | Q(amount__gt=owed)
    asked_lately = Q(checked_at__gt=now - AGAIN)
    due = watched.filter(Q(next_check_at__lte=now) | (payable & stale & ~asked_lately))
    yield from due.select_related("booking").order_by("next_check_at")[:limit]


def _claim(payment: Payment, now: datetime) -> bool:
    same = Payment.objects.as_seen(payment, "next_check_at")
    return bool(same.update(next_check_at=next_check(payment.created_at, now)))


def follow_up(payment: Payment, *, source: str, now: datetime) -> Verified:
    """Close what is over or whose link nobody has; ask about the rest. `payment` comes with its booking."""
    if payment.status in Payment.LATE and payment.next_check_at is None:  # closed before; money may come all the same
        return verify_payment(payment_id=payment.pk, source=source, actor=SYSTEM, now=now)
    if payment.booking.status in Booking.GONE or payment.amount > payment.booking.balance:
        return close_attempt(payment_id=payment.pk, why="over", actor=SYSTEM, now=now)
    age = now - payment.created_at
    if age >= link_life() or (payment.status in (Status.CREATED, Status.UNKNOWN) and age >= BEING_MADE):
        return close_attempt(payment_id=payment.pk, why="expired", actor=SYSTEM, now=now)
    return verify_payment(payment_id=payment.pk, source=source, actor=SYSTEM, now=now)
