"""Refunds through the provider: posted once, ever; then asked about until the answer is clear.

The claim (approved → processing) is committed before the provider is asked, so that a worker which dies in between
leaves a row that is checked and never one that is posted again.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from bookings.actors import SYSTEM
from notifications.refusals import Refused
from payments.gateway import Answer, Verdict
from payments.models import Refund
from payments.services import gateways
from payments.services.provider_refunds.answers import (
    POSTING,
    apply_answer,
    doubt,
    next_check,
    nobody_to_ask,
    provider_tx_ref,
)
from payments.services.provider_refunds.check import check_refund
from payments.services.refunds.rows import Status, change, fail, lock_refund, new_refund_ref, unclear_refunds
from payments.services.times import PATIENCE


def send_refund(*, refund_id: int, now: datetime) -> str:
    """Post an approved refund to the provider, unless somebody has; its status afterwards. Never in a transaction."""
    refund, is_ours = _claim(refund_id, now)
    if not is_ours:
        return str(refund.status)
    payment = refund.payment
    gateway = gateways.of_method(payment.method, now=now)
    if gateway is None:
        answer = nobody_to_ask(payment)
    else:
        answer = gateway.refund(
            tx_ref=provider_tx_ref(payment),
            reference=payment.provider_reference,
            amount=refund.amount,
            reason=refund.reason,
            refund_ref=refund.our_reference,
        )
    return str(_note_posted(refund_id, answer, now).status)


@transaction.atomic
def _claim(refund_id: int, now: datetime) -> tuple[Refund, bool]:
    """approved → processing (True), unless another refund of the payment is unclear: then it waits for that."""
    refund = lock_refund(refund_id)
    if not refund.allows("send"):
        return refund, False
    if unclear_refunds(refund.payment):
        change(refund, next_check_at=now + POSTING, check_note="It waits until an earlier refund is clear.")
        return refund, False
    name = refund.our_reference or new_refund_ref()
    change(
        refund, status=Status.PROCESSING, sent_at=now, next_check_at=now + POSTING, check_note="", our_reference=name
    )
    return refund, True


@transaction.atomic
def _note_posted(refund_id: int, answer: Answer, now: datetime) -> Refund:
    refund = lock_refund(refund_id)
    if refund.status not in Refund.MOVING:  # a check, a person or the bank was faster; what names it there is kept
        change(refund, provider_reference=refund.provider_reference or answer.reference[:100])
        return refund
    if answer.verdict is Verdict.DONE:
        change(refund, provider_reference=answer.reference[:100])
        apply_answer(refund, answer, SYSTEM, now)
    elif answer.verdict is Verdict.UNKNOWN:
        doubt(refund, answer.detail, now)
    else:  # definite: nothing happened there
        fail(refund, answer.detail, actor=SYSTEM, now=now)
    return refund


def work_off_due(*, now: datetime, limit: int = 100, seconds: float = 30) -> int:
    """Send what is approved and asked for by nobody, ask about the rest, for so many rows. Returns how many."""
    end = timezone.now() + timedelta(seconds=seconds)
    _let_go(now)
    done = silent = 0
    for refund in _due(now, limit):
        if silent >= PATIENCE or timezone.now() > end:
            break
        if refund.status == Status.APPROVED:
            done += send_refund(refund_id=refund.pk, now=now) != Status.APPROVED
        elif _take(refund, now):
            done += 1
            silent = 0 if _answered(refund, now) else silent + 1
    return done


def _answered(refund: Refund, now: datetime) -> bool:
    try:
        return check_refund(refund_id=refund.pk, actor=SYSTEM, now=now).answered
    except Refused:  # a person was faster
        return True


def _due(now: datetime, limit: int) -> list[Refund]:
    due = Refund.objects.filter(way=Refund.Way.PROVIDER, next_check_at__lte=now)
    return list(due.filter(status__in=(Status.APPROVED, *Refund.MOVING)).order_by("next_check_at")[:limit])


def _take(refund: Refund, now: datetime) -> bool:
    """Two sweeps share the work: who moves the time on asks."""
    same = Refund.objects.filter(pk=refund.pk, status=refund.status, next_check_at=refund.next_check_at)
    return bool(same.update(next_check_at=next_check(refund, now)))


def _let_go(now: datetime) -> None:
    """Who claimed a refund and never said what came of it has died: it may have been posted, so it is unknown."""
    lost = Refund.objects.filter(
        status=Status.PROCESSING, way=Refund.Way.PROVIDER, sent_at__lte=now - POSTING, provider_answer__isnull=True
    )
    for refund_id in lost.values_list("pk", flat=True)[:100]:
        with transaction.atomic():
            refund = lock_refund(refund_id)
            if refund.status == Status.PROCESSING and refund.provider_answer is None:
                doubt(refund, "The worker that sent it never said what came of it.", now)
                change(refund, next_check_at=now)
