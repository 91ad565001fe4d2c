"""What an unsigned hint may do (the provider's callback, a customer who comes back): make us ask, soon, once."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from payments.models import Payment
from payments.services.checkout.poll import follow_up
from payments.services.times import next_check

LATE_MONEY = timedelta(days=7)  # so long after its beginning a closed payment is asked about again
HINTS_APART = timedelta(seconds=10)
LOOKS_APART = timedelta(seconds=3)


def note_hint(*, tx_ref: str, now: datetime) -> int | None:
    """Somebody says that this payment moved: it is due now. Its id, or None when there is nothing to ask at once.

    One that was asked about a moment ago is due a moment later; the sweep asks then.
    """
    closed = _closed(now).filter(tx_ref=tx_ref)
    if closed.exclude(checked_at__gt=now - HINTS_APART).update(checked_at=now):  # asked about, but not watched again:
        return closed.values_list("pk", flat=True).first()  # an unsigned word keeps no seats
    rows, later = _watched().filter(tx_ref=tx_ref), now + HINTS_APART
    if rows.filter(checked_at__gt=now - HINTS_APART).filter(_not_due_by(later)).update(next_check_at=later):
        return None
    hinted_before = Q(next_check_at__gt=now - HINTS_APART, next_check_at__lte=later)
    asked = rows.exclude(checked_at__gt=now - HINTS_APART).exclude(hinted_before)
    if not asked.update(next_check_at=now):
        return None
    return Payment.objects.values_list("pk", flat=True).get(tx_ref=tx_ref)


def _not_due_by(moment: datetime) -> Q:
    return Q(next_check_at__isnull=True) | Q(next_check_at__gt=moment)


def verify_hinted(*, payment_id: int, now: datetime) -> str:
    """Ask about a payment that is due, unless a sweep just does, or about one that is closed; returns its status.

    One whose link's time is over is closed here: hints put the sweep's next question off, so it can't be left to that.
    """
    rows = Payment.objects.filter(pk=payment_id).select_related("booking")
    if closed := (rows & _closed(now)).first():
        return str(follow_up(closed, source="callback", now=now).payment.status)
    payment = rows.filter(next_check_at__lte=now).first()
    same = payment and rows.filter(next_check_at=payment.next_check_at)
    if payment is None or not same or not same.update(next_check_at=next_check(payment.created_at, now)):
        return rows.values_list("status", flat=True).first() or "gone"
    return str(follow_up(payment, source="callback", now=now).payment.status)


def look(*, payment: Payment, now: datetime) -> tuple[Payment, bool]:
    """The payment after asking about it, for a customer who waits, and whether that is the latest.

    It isn't when it was asked about a moment ago: the customer may have paid since.
    """
    rows = (_watched() | _closed(now)).filter(pk=payment.pk)
    lately = Q(checked_at__gt=now - LOOKS_APART)
    if rows.exclude(lately).update(checked_at=now):
        return follow_up(payment, source="the customer's return", now=now).payment, True
    return payment, not rows.exists()


def _watched() -> QuerySet[Payment]:
    failed = Q(status__in=Payment.LATE, next_check_at__isnull=False)  # it may be tried again on its link
    return Payment.objects.online().filter(Q(status__in=Payment.OPEN) | failed)


def _closed(now: datetime) -> QuerySet[Payment]:
    """Not paid, and only a hint can tell us that it was paid after all."""
    late = Payment.objects.online().filter(status__in=Payment.LATE, next_check_at__isnull=True)
    return late.filter(created_at__gt=now - LATE_MONEY)
