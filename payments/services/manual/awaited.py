"""Money that is to come by hand: awaited, then marked as received or failed."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from bookings.actors import Actor
from bookings.outcome import Outcome
from bookings.services.rows import add_events
from payments import emails
from payments.models import Payment
from payments.proofs import keeping
from payments.refusals.corrections import NoReasonOfFailure
from payments.services.ledger import change, credit, number_receipts, sort_out_manual
from payments.services.manual.entry import ManualPayment, Press, key_of, manual, once
from payments.services.manual.record import Status, check, locked, why_not_record
from payments.timeline.payments import PaymentAwaited, PaymentFailed
from payments.timeline.sums import paid


def await_payment(
    *, booking_id: int, money: ManualPayment, actor: Actor, now: datetime, creation_key: str = ""
) -> Payment:
    """Note money that is announced but not here (a transfer, a cheque): pending until marked received or failed."""
    check(money, actor, now)
    with once(money), keeping() as keep:
        return _await(booking_id, money, Press(actor, now, creation_key, keep))


@transaction.atomic
def _await(booking_id: int, money: ManualPayment, press: Press) -> Payment:
    booking = locked(booking_id)
    key = key_of(press, booking)
    if key and (known := Payment.objects.filter(creation_key=key).first()):
        return known
    if refusal := why_not_record(booking, money):
        raise refusal
    payment = manual(booking, money, press, Status.PENDING)
    payment.save(force_insert=True)
    add_events([booking], PaymentAwaited(paid(payment)), actor=press.actor, now=press.now)
    return payment


@transaction.atomic
def receive_payments(*, payment_ids: Sequence[int], actor: Actor, now: datetime) -> Outcome[Payment]:
    """pending|failed|expired → succeeded for awaited money that came (late money is real)."""
    outcome = sort_out_manual(payment_ids, "receive")
    for payment in outcome.done:
        payment.status, payment.received_at, payment.failure_reason = Status.SUCCEEDED, now, ""
    number_receipts(outcome.done)
    fields = ["status", "received_at", "failure_reason", "receipt_number"]
    Payment.objects.bulk_update(outcome.done, fields, batch_size=500)
    credit(outcome.done, actor, now)
    return outcome


@transaction.atomic
def fail_payments(*, payment_ids: Sequence[int], reason: str, actor: Actor, now: datetime) -> Outcome[Payment]:
    """pending → failed, with the reason in each customer's payment failure mail."""
    reason = " ".join(reason.split())[:255]
    if not reason:
        raise NoReasonOfFailure
    outcome = sort_out_manual(payment_ids, "fail")
    change(outcome.done, {"status": Status.FAILED, "failure_reason": reason})
    tx_refs: dict[int, list[str]] = defaultdict(list)
    for payment in outcome.done:
        tx_refs[payment.booking_id].append(payment.tx_ref)
    bookings = list({payment.booking: None for payment in outcome.done})
    entries = {pk: PaymentFailed(of_one, reason) for pk, of_one in tx_refs.items()}
    add_events(bookings, entries, actor=actor, now=now)
    emails.queue("payment_failure", outcome.done, now=now, facts={"reason": reason})
    return outcome
