"""Money by hand: record it, await it, mark it received or failed. Corrections are in void.py."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from bookings import wording
from bookings.actors import Actor
from bookings.constraints import violates
from bookings.models import Booking
from bookings.outcome import Outcome
from bookings.services.rows import add_events, lock_bookings
from notifications.refusals import NotFound, Refused
from payments import emails
from payments.models import Payment
from payments.proofs import check_proof, keeping
from payments.refusals.manual import (
    HasProof,
    InTheFuture,
    LongBefore,
    NeedsNoProof,
    NobodyTookIt,
    NoReasonOfFailure,
    NotByHand,
    PaymentRecorded,
    PaymentRecordedFor,
    ProofOfSeveral,
    ReferenceUsed,
    Waitlisted,
)
from payments.refusals.shared import MoreThanOwed, NothingOwed, WrongAmount
from payments.services.ledger import change, credit, lock_payment, new_tx_ref, sort_out_manual
from payments.timeline import PaymentAwaited, PaymentFailed, ProofAdded, paid

if TYPE_CHECKING:
    from django.core.files.base import File

    from payments.proofs import Keep

Status = Payment.Status
EARLIEST = timedelta(days=90)  # before the booking was taken: money that waited for it


@dataclass(frozen=True)
class ManualPayment:
    """Money that a person took or expects. `amount` is in the booking's currency; None means all that is owed.

    `proof` is a file as proofs.check_proof wants it, for one booking only.
    """

    method: str
    amount: Decimal | None = None
    external_reference: str = ""
    note: str = ""
    received_at: datetime | None = None
    proof: "File[bytes] | None" = None


@dataclass(frozen=True)
class _Press:
    """Who records, when, by which press of the button, and how a proof is kept."""

    actor: Actor
    now: datetime
    key: str
    keep: "Keep"


def record_payments(
    *, booking_ids: Sequence[int], money: ManualPayment, actor: Actor, now: datetime, creation_key: str = ""
) -> Outcome[Booking]:
    """Record received money on each booking; confirms a pending one whose deposit is now paid. Mails each customer.

    A second call with the same `creation_key` records nothing. Refused: no person, a wrong amount, nothing owed,
    a waiting list, a reference that was used before.
    """
    _check(money, actor, now)
    if money.proof and len(set(booking_ids)) > 1:
        raise ProofOfSeveral
    with _once(money), keeping() as keep:
        return _record(booking_ids, money, _Press(actor, now, creation_key, keep))


@transaction.atomic
def _record(booking_ids: Sequence[int], money: ManualPayment, press: _Press) -> Outcome[Booking]:
    outcome = Outcome[Booking]()
    bookings = lock_bookings(booking_ids)
    keys = {b.pk: _key(press, b) for b in bookings}
    known = set(
        Payment.objects.filter(creation_key__in=[k for k in keys.values() if k]).values_list("creation_key", flat=True)
    )
    payments = []
    for booking in bookings:
        if keys[booking.pk] in known:
            refusal: Refused | None = PaymentRecordedFor(booking.reference)
        else:
            refusal = _why_not_record(booking, money)
        if refusal:
            outcome.refused.append((booking.reference, refusal))
            continue
        outcome.done.append(booking)
        payments.append(_manual(booking, money, press, Status.SUCCEEDED))
    credit(Payment.objects.bulk_create(payments), press.actor, press.now)
    if len(bookings) < len(set(booking_ids)):
        outcome.refused.append(("?", NotFound("A booking")))
    return outcome


def _check(money: ManualPayment, actor: Actor, now: datetime) -> None:
    if actor.user is None:
        raise NobodyTookIt
    if money.method not in Payment.MANUAL:
        raise NotByHand
    amount = money.amount
    if amount is not None and not (amount.is_finite() and amount > 0 and amount == round(amount, 2)):
        raise WrongAmount
    if money.received_at and money.received_at > now + timedelta(minutes=5):
        raise InTheFuture
    if money.proof:
        check_proof(money.proof)


def _why_not_record(booking: Booking, money: ManualPayment) -> Refused | None:
    if booking.status == Booking.Status.WAITLISTED:
        return Waitlisted(booking.reference)
    if money.received_at and money.received_at < booking.created_at - EARLIEST:
        return LongBefore(booking.reference)
    if booking.balance <= 0:
        return NothingOwed(booking.reference)
    if money.amount is not None and money.amount > booking.balance:
        return MoreThanOwed(booking.reference, wording.money(booking.balance, booking.currency))
    return None


def _key(press: _Press, booking: Booking) -> str:
    return f"{press.key}:{booking.pk}" if press.key else ""


def _manual(booking: Booking, money: ManualPayment, press: _Press, status: Payment.Status) -> Payment:
    return Payment(
        tx_ref=new_tx_ref(money.method),
        booking=booking,
        method=money.method,
        amount=booking.balance if money.amount is None else money.amount,
        currency=booking.currency,
        status=status,
        received_at=(money.received_at or press.now) if status == Status.SUCCEEDED else None,
        external_reference=" ".join(money.external_reference.upper().split()),
        note=money.note[:255],
        proof=press.keep(money.proof),
        creation_key=_key(press, booking),
        recorded_by=press.actor.user,
        recorded_by_label=press.actor.label,
        created_at=press.now,
    )


@contextmanager
def _once(money: ManualPayment) -> Iterator[None]:
    """What only the database notices is refused; any other broken rule is an error of ours, not a duplicate."""
    try:
        yield
    except IntegrityError as error:
        if violates(error, Payment, "one_payment_per_external_reference"):
            raise ReferenceUsed(money.external_reference) from error
        if violates(error, Payment, "one_payment_per_creation_key"):
            raise PaymentRecorded from error
        raise


def await_payment(
    *, booking_id: int, money: ManualPayment, actor: Actor, now: datetime, creation_key: str = ""
) -> Payment:
    """Note money that is announced but not here (a transfer, a cheque): pending until marked received or failed."""
    _check(money, actor, now)
    with _once(money), keeping() as keep:
        return _await(booking_id, money, _Press(actor, now, creation_key, keep))


@transaction.atomic
def _await(booking_id: int, money: ManualPayment, press: _Press) -> Payment:
    booking = _locked(booking_id)
    key = _key(press, booking)
    if key and (known := Payment.objects.filter(creation_key=key).first()):
        return known
    if refusal := _why_not_record(booking, money):
        raise refusal
    payment = _manual(booking, money, press, Status.PENDING)
    payment.save(force_insert=True)
    add_events([booking], PaymentAwaited(paid(payment)), actor=press.actor, now=press.now)
    return payment


@transaction.atomic
def receive_payments(*, payment_ids: Sequence[int], actor: Actor, now: datetime) -> Outcome[Payment]:
    """pending|failed|expired → succeeded for awaited money that came (late money is real)."""
    outcome = sort_out_manual(payment_ids, "receive")
    changes: dict[str, Any] = {"status": Status.SUCCEEDED, "received_at": now, "failure_reason": ""}
    change(outcome.done, changes)
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


def add_proof(*, payment_id: int, proof: "File[bytes]", actor: Actor, now: datetime) -> Payment:
    """Put a file to a payment by hand that has none yet. One that is there stays: nothing is replaced."""
    check_proof(proof)
    with keeping() as keep:
        return _add_proof(payment_id, proof, actor, now, keep)


@transaction.atomic
def _add_proof(payment_id: int, proof: "File[bytes]", actor: Actor, now: datetime, keep: "Keep") -> Payment:
    payment = lock_payment(payment_id)
    if payment.method not in Payment.MANUAL:
        raise NeedsNoProof(payment.tx_ref)
    if payment.proof:
        raise HasProof(payment.tx_ref)
    change([payment], {"proof": keep(proof)})
    add_events([payment.booking], ProofAdded(payment.tx_ref), actor=actor, now=now)
    return payment


def _locked(booking_id: int) -> Booking:
    bookings = lock_bookings([booking_id])
    if not bookings:
        raise NotFound("The booking")
    return bookings[0]
