"""What a provider's answer about a refund means for it; the refund is locked, and the answer is here already."""

from datetime import datetime, timedelta

from bookings.actors import SYSTEM, Actor
from payments import emails
from payments.gateway import Answer, State, Verdict
from payments.models import Payment, Refund
from payments.services.refunds.rows import Status, change, fail, succeed, tell_timeline
from payments.services.times import DAY, HOUR
from payments.timeline.refunds import RefundUnknown
from payments.timeline.sums import back

POSTING = timedelta(minutes=5)  # longer than any call to a provider takes


def apply_answer(refund: Refund, answer: Answer, actor: Actor, now: datetime) -> None:
    """A provider's word about a locked refund."""
    kept = {"provider_answer": answer.raw or {"detail": answer.detail}, "check_note": answer.detail[:255]}
    if answer.amount is not None and answer.amount != refund.amount:
        change(refund, provider_answer=kept["provider_answer"])
        if refund.status != Status.SUCCEEDED:
            doubt(refund, f"The provider says {answer.amount:.2f}, not {refund.amount:.2f}. Look there.", now)
    elif answer.state in (State.FAILED, State.REVERSED):
        change(refund, provider_answer=kept["provider_answer"])
        back = "came back to us" if answer.state is State.REVERSED else "failed at the provider"
        fail(refund, f"{back}: {answer.detail}", actor=actor, now=now)
    elif refund.status == Status.SUCCEEDED:
        return
    elif answer.state is State.REFUNDED:
        succeed(refund, actor=actor, now=now, **kept)
    else:
        change(refund, status=Status.PROCESSING, next_check_at=next_check(refund, now), **kept)
        emails.queue_refund(refund, on_its_way=True, now=now)


def doubt(refund: Refund, why: str, now: datetime) -> None:
    note = why[:255]
    was = refund.status
    change(refund, status=Status.UNKNOWN, check_note=note, next_check_at=next_check(refund, now))
    if was != Status.UNKNOWN:
        tell_timeline(refund, RefundUnknown(back(refund), note), actor=SYSTEM, now=now)


def next_check(refund: Refund, now: datetime) -> datetime:
    """Soon at first, then by the hour, then by the day: a refund takes one to three working days."""
    age = now - (refund.sent_at or now)
    return now + (POSTING if age < HOUR else HOUR if age < DAY else DAY)


def provider_tx_ref(payment: Payment) -> str:
    """Ours as the provider knows it: a payment kept from a review carries that of the attempt that it came for."""
    return str((payment.verify_answer or {}).get("tx_ref") or payment.tx_ref)


def nobody_to_ask(payment: Payment) -> Answer:
    detail = f"{payment.get_method_display()} isn't set up here, so nobody can be asked."
    return Answer(Verdict.MISCONFIGURED, detail)
