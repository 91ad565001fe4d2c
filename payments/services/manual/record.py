"""Money by hand: record it, await it, mark it received or failed. Corrections are in void.py."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from bookings import wording
from bookings.actors import Actor
from bookings.constraints import violates
from bookings.models import Booking
from bookings.outcome import Outcome
from bookings.services.rows import lock_bookings
from notifications.refusals import NotFound, Refused
from payments.models import Payment
from payments.proofs import check_proof, keeping
from payments.refusals.manual import (
    InTheFuture,
    LongBefore,
    NobodyTookIt,
    NotByHand,
    PaymentRecorded,
    PaymentRecordedFor,
    ProofOfSeveral,
    ReferenceUsed,
    Waitlisted,
)
from payments.refusals.shared import MoreThanOwed, NothingOwed, WrongAmount
from payments.services.ledger import credit, new_tx_ref

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
class Press:
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
    check(money, actor, now)
    if money.proof and len(set(booking_ids)) > 1:
        raise ProofOfSeveral
    with once(money), keeping() as keep:
        return _record(booking_ids, money, Press(actor, now, creation_key, keep))


@transaction.atomic
def _record(booking_ids: Sequence[int], money: ManualPayment, press: Press) -> Outcome[Booking]:
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
            refusal = why_not_record(booking, money)
        if refusal:
            outcome.refused.append((booking.reference, refusal))
            continue
        outcome.done.append(booking)
        payments.append(manual(booking, money, press, Status.SUCCEEDED))
    credit(Payment.objects.bulk_create(payments), press.actor, press.now)
    if len(bookings) < len(set(booking_ids)):
        outcome.refused.append(("?", NotFound("A booking")))
    return outcome


def check(money: ManualPayment, actor: Actor, now: datetime) -> None:
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


def why_not_record(booking: Booking, money: ManualPayment) -> Refused | None:
    if booking.status == Booking.Status.WAITLISTED:
        return Waitlisted(booking.reference)
    if money.received_at and money.received_at < booking.created_at - EARLIEST:
        return LongBefore(booking.reference)
    if booking.balance <= 0:
        return NothingOwed(booking.reference)
    if money.amount is not None and money.amount > booking.balance:
        return MoreThanOwed(booking.reference, wording.money(booking.balance, booking.currency))
    return None


def _key(press: Press, booking: Booking) -> str:
    return f"{press.key}:{booking.pk}" if press.key else ""


def manual(booking: Booking, money: ManualPayment, press: Press, status: Payment.Status) -> Payment:
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
def once(money: ManualPayment) -> Iterator[None]:
    """What only the database notices is refused; any other broken rule is an error of ours, not a duplicate."""
    try:
        yield
    except IntegrityError as error:
        if violates(error, Payment, "one_payment_per_external_reference"):
            raise ReferenceUsed(money.external_reference) from error
        if violates(error, Payment, "one_payment_per_creation_key"):
            raise PaymentRecorded from error
        raise


def locked(booking_id: int) -> Booking:
    bookings = lock_bookings([booking_id])
    if not bookings:
        raise NotFound("The booking")
    return bookings[0]
