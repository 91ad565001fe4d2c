"""What of a booking's money is asked back or on its way back: its refunds that are neither made nor failed."""

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from bookings.actors import SYSTEM, Actor
from bookings.models import Booking
from bookings.services import ledger
from bookings.services.rows import lock_bookings
from payments.models import Refund

NOTHING = Decimal(0)


def keep(booking: Booking, *, actor: Actor, now: datetime) -> None:
    """After a refund of the locked booking was asked for, made or given up; with the money moved before, if it moved.

    What stays may confirm a pending booking, which mails the customer.
    """
    refunds = Refund.objects.filter(payment__booking=booking, status__in=Refund.GOING_BACK)
    ledger.set_going_back(booking, sum(refunds.values_list("amount", flat=True), NOTHING), actor=actor, now=now)


def correct(*, now: datetime) -> int:
    """What a release that doesn't know the column wrote while it was being replaced. Returns how many bookings."""
    real: dict[int, Decimal] = defaultdict(Decimal)
    for booking_id, amount in Refund.objects.filter(status__in=Refund.GOING_BACK).values_list(
        "payment__booking", "amount"
    ):
        real[booking_id] += amount
    kept = dict(Booking.objects.filter(going_back__gt=0).values_list("pk", "going_back"))
    wrong = sorted(pk for pk in real.keys() | kept.keys() if real.get(pk, NOTHING) != kept.get(pk, NOTHING))
    for pk in wrong:
        with transaction.atomic():
            for booking in lock_bookings([pk]):
                keep(booking, actor=SYSTEM, now=now)
    return len(wrong)
