"""Money by hand that has come: recorded for one booking or several. Corrections are in void.py."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from bookings import wording
from bookings.actors import Actor
from bookings.models import Booking
from bookings.outcome import Outcome
from bookings.services.rows import lock_bookings
from notifications.refusals import NotFound, Refused
from payments.models import Payment
from payments.proofs import check_proof, keeping
from payments.refusals.manual import InTheFuture, LongBefore, NobodyTookIt, NotByHand, PaymentRecordedFor, Waitlisted
from payments.refusals.proofs import ProofOfSeveral
from payments.refusals.shared import MoreThanOwed, NothingOwed, WrongAmount
from payments.services.ledger import credit, number_receipts
from payments.services.manual.entry import ManualPayment, Press, key_of, manual, once

Status = Payment.Status
EARLIEST = timedelta(days=90)  # before the booking was taken: money that waited for it


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
    keys = {b.pk: key_of(press, b) for b in bookings}
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
    number_receipts(payments)
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


def locked(booking_id: int) -> Booking:
    bookings = lock_bookings([booking_id])
    if not bookings:
        raise NotFound("The booking")
    return bookings[0]
