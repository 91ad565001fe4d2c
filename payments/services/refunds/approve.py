"""A refund that was asked for: approved by another person, turned down, or handed over."""

from datetime import datetime

from django.db import transaction

from bookings.actors import Actor
from bookings.refusals.shared import CannotBe
from bookings.services.transitions import need_reason
from notifications import dispatch
from payments.models import Refund
from payments.refusals.refunds import (
    NobodyApproves,
    NobodyPaysOut,
    SamePerson,
)
from payments.services.refunds.rows import (
    SEND,
    Status,
    change,
    fail,
    lock_refund,
    succeed,
    tell_timeline,
)
from payments.timeline.refunds import RefundApproved, RefundTurnedDown
from payments.timeline.sums import back


@transaction.atomic
def approve_refund(*, refund_id: int, actor: Actor, now: datetime) -> Refund:
    """requested → approved, by another person than the one who asked. Through the provider it is sent at once."""
    refund = _locked(refund_id, "approve")
    if actor.user is None:
        raise NobodyApproves
    if actor.user.pk == refund.requested_by_id:
        raise SamePerson
    change(refund, status=Status.APPROVED, approved_by=actor.user, approved_by_label=actor.label)
    tell_timeline(refund, RefundApproved(back(refund)), actor=actor, now=now)
    if refund.way == Refund.Way.PROVIDER:
        send_soon(refund, now)
    return refund


@transaction.atomic
def turn_down_refund(*, refund_id: int, reason: str, actor: Actor, now: datetime) -> Refund:
    """requested|approved → failed, as long as no money has left. The customer hears nothing."""
    reason = need_reason(reason)
    refund = _locked(refund_id, "turn_down")
    fail(refund, f"Turned down: {reason}", actor=actor, now=now, entry=RefundTurnedDown)
    return refund


@transaction.atomic
def pay_out_refund(*, refund_id: int, actor: Actor, now: datetime, external_reference: str = "") -> Refund:
    """approved → succeeded, for a refund by hand: the money was handed over or transferred. Mails the customer."""
    refund = _locked(refund_id, "pay_out")
    if actor.user is None:
        raise NobodyPaysOut
    reference = tidy(external_reference) or refund.external_reference
    succeed(refund, actor=actor, now=now, external_reference=reference)
    return refund


def _locked(refund_id: int, to: str) -> Refund:
    """For a change of Refund.CHANGES, which is refused where it isn't allowed."""
    refund = lock_refund(refund_id)
    if not refund.allows(to):
        raise CannotBe(str(refund), refund.get_status_display().lower(), Refund.CHANGES[to].done)
    return refund


def send_soon(refund: Refund, now: datetime) -> None:
    """A lost message costs one tick: work_off_due looks for what is approved."""
    change(refund, next_check_at=now)
    transaction.on_commit(lambda: dispatch.wake(SEND, refund.pk), robust=True)


def tidy(reference: str) -> str:
    return " ".join(reference.upper().split())[:100]
