"""An attempt that nobody can be asked about has one way out: a person closes it. Late money stays possible."""

from datetime import datetime
from typing import Any

from django.db import transaction

from bookings.actors import Actor
from bookings.services.rows import add_events
from bookings.services.transitions import need_reason
from payments.gateway import registry
from payments.models import Payment
from payments.refusals.provider import CanBeAsked
from payments.refusals.shared import NoPerson
from payments.services.ledger import change, keep_hold, lock_payment
from payments.services.times import DAY, link_life
from payments.timeline.payments import PaymentExpired

Status = Payment.Status


def can_close_unanswered(payment: Payment, now: datetime) -> bool:
    """Still watched, and no answer is to be waited for: its link is long over, or today's key isn't the one it had."""
    watched = payment.status in Payment.OPEN or (payment.status == Status.FAILED and payment.next_check_at is not None)
    gateway = registry.current()
    strange = gateway is None or (payment.method, payment.provider_mode) != (gateway.method, gateway.mode)
    long_over = now - payment.created_at >= link_life() + DAY
    return payment.is_online and watched and (strange or long_over)


@transaction.atomic
def close_unanswered(*, payment_id: int, reason: str, actor: Actor, now: datetime) -> Payment:
    """open → expired; one that had failed stays so. Nobody is asked or mailed, and the booking's hold may end."""
    reason = need_reason(reason)
    payment = lock_payment(payment_id)
    if actor.user is None:
        raise NoPerson
    if not can_close_unanswered(payment, now):
        raise CanBeAsked(payment.tx_ref, payment.get_status_display().lower())
    why = f"Closed without an answer: {reason}"
    changes: dict[str, Any] = {"next_check_at": None, "failure_reason": why[:255]}
    change([payment], changes if payment.status == Status.FAILED else {**changes, "status": Status.EXPIRED})
    add_events([payment.booking], PaymentExpired(payment.tx_ref, why), actor=actor, now=now)
    keep_hold(payment.booking)
    return payment
