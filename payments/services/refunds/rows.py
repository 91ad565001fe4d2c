"""What every step of a refund shares: its lock, its state, its line on the timeline, its money and its mail."""

import secrets
from datetime import datetime
from typing import Any

from bookings.actors import Actor
from bookings.references import ALPHABET
from bookings.services import ledger
from bookings.services.price import raise_price
from bookings.services.rows import add_events
from bookings.timeline import Entry
from bookings.wording import money
from notifications.refusals import NotFound
from payments import emails
from payments.models import Payment, Refund
from payments.services.ledger import lock_payment
from payments.services.refunds import going_back
from payments.timeline.refunds import Refunded, RefundFailed
from payments.timeline.sums import back

Status = Refund.Status
SEND = "payments.send_refund"  # the task; services name it and import no tasks


def lock_refund(refund_id: int) -> Refund:
    """Its booking and payment are locked first, and loaded with it."""
    payment_id = Refund.objects.filter(pk=refund_id).values_list("payment_id", flat=True).first()
    if payment_id is None:
        raise NotFound("The refund")
    payment = lock_payment(payment_id)
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    refund.payment = payment
    return refund


def new_refund_ref() -> str:
    """Our name of a refund, for the provider: letters, digits and a dash, 17 of the 36 that are known to be taken."""
    return "REFUND-" + "".join(secrets.choice(ALPHABET) for _ in range(10))


def unclear_refunds(payment: Payment) -> "list[Refund]":
    """Refunds of it that the provider may have made or not: nothing more is sent until they are checked."""
    sent = payment.refunds.filter(kind=Refund.Kind.REFUND, way=Refund.Way.PROVIDER)
    unknown = sent.filter(status=Status.UNKNOWN)
    unanswered = sent.filter(status=Status.PROCESSING, provider_answer__isnull=True)
    return list(unknown | unanswered)


def was_sent(refund: Refund) -> bool:
    """By us to a provider; not one that was seen there."""
    return refund.way == Refund.Way.PROVIDER and refund.requested_by_id is not None and refund.sent_at is not None


def change(refund: Refund, **changes: Any) -> None:
    Refund.objects.filter(pk=refund.pk).update(**changes)
    for name, value in changes.items():
        setattr(refund, name, value)


def tell_timeline(refund: Refund, entry: Entry, *, actor: Actor, now: datetime) -> None:
    add_events([refund.payment.booking], entry, actor=actor, now=now)


def sum_of(refund: Refund) -> str:
    """Such as “CHAPA-7K3M9QX2: ETB 500.00”."""
    return f"{refund.payment.tx_ref}: {money(refund.amount, refund.payment.currency)}"


def succeed(refund: Refund, *, actor: Actor, now: datetime, **changes: Any) -> None:
    """The money is gone from us: the one place where a refund moves its locked booking's `paid`."""
    booking = refund.payment.booking
    change(refund, status=Status.SUCCEEDED, succeeded_at=now, next_check_at=None, **changes)
    entry = Refunded(back(refund), refund.reason)
    ledger.add_money({booking: -refund.amount}, {booking.pk: entry}, actor=actor, now=now)
    going_back.keep(booking, actor=actor, now=now)
    emails.queue_refund(refund, on_its_way=False, now=now)


def fail(
    refund: Refund,
    why: str,
    *,
    actor: Actor,
    now: datetime,
    entry: type[RefundFailed] = RefundFailed,
    **changes: Any,
) -> None:
    """The money stayed with us, or came back: then it is put on the locked booking again."""
    booking, came_back = refund.payment.booking, refund.status == Status.SUCCEEDED
    changes = {"check_note": why[:255], "next_check_at": None, "succeeded_at": None} | changes
    change(refund, status=Status.FAILED, **changes)
    if came_back:
        told = entry(back(refund), why, came_back=True)
        ledger.add_money({booking: refund.amount}, {booking.pk: told}, actor=actor, now=now)
    else:
        tell_timeline(refund, entry(back(refund), why), actor=actor, now=now)
        going_back.keep(booking, actor=actor, now=now)
    if refund.lowers_price:
        raise_price(booking, refund.amount, f"{refund} failed", actor=actor, now=now)
    emails.withdraw_refund(refund, reason="The refund failed.")
