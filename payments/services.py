"""Money by hand: record it, await it, mark it failed, void it. Booking.paid follows under the booking's lock."""

import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction

from bookings.actors import Actor
from bookings.errors import NotFound, Refused
from bookings.models import Booking
from bookings.references import ALPHABET
from bookings.services import ledger
from bookings.services.outcome import Outcome, add_events, lock_bookings
from notifications import outbox
from payments import emails
from payments.models import Payment, Refund

Status = Payment.Status
PREFIXES = {"cash": "CASH", "bank_transfer": "BANK", "card": "CARD", "other": "OTHER"}


@dataclass(frozen=True)
class ManualPayment:
    """Money that a person took or expects. `amount` is in the booking's currency; None means all that is owed."""

    method: str
    amount: Decimal | None = None
    external_reference: str = ""
    note: str = ""
    received_at: datetime | None = None


def new_tx_ref(method: str) -> str:
    return f"{PREFIXES[method]}-" + "".join(secrets.choice(ALPHABET) for _ in range(10))


def record_payments(
    *, booking_ids: Sequence[int], money: ManualPayment, actor: Actor, now: datetime, creation_key: str = ""
) -> Outcome[Booking]:
    """Record received money on each booking; confirms a pending one whose deposit is now paid. Mails each customer.

    A second call with the same `creation_key` records nothing. Refused: no person, a wrong amount, nothing owed,
    a waiting list, a reference that was used before.
    """
    _check(money, actor, now)
    try:
        return _record(booking_ids, money, actor, now, creation_key)
    except IntegrityError as error:
        raise _duplicate(money) from error


@transaction.atomic
def _record(
    booking_ids: Sequence[int], money: ManualPayment, actor: Actor, now: datetime, key: str
) -> Outcome[Booking]:
    outcome = Outcome[Booking]()
    bookings = lock_bookings(booking_ids)
    keys = {b.pk: f"{key}:{b.pk}" if key else "" for b in bookings}
    known = set(
        Payment.objects.filter(creation_key__in=[k for k in keys.values() if k]).values_list("creation_key", flat=True)
    )
    payments = []
    for booking in bookings:
        if keys[booking.pk] in known:
            refusal: Refused | None = Refused(
                "already_recorded", f"{booking.reference}: this payment is recorded already."
            )
        else:
            refusal = _why_not(booking, money)
        if refusal:
            outcome.refused.append((booking.reference, refusal))
            continue
        outcome.done.append(booking)
        payments.append(_manual(booking, money, actor=actor, now=now, status=Status.SUCCEEDED, key=keys[booking.pk]))
    _book(Payment.objects.bulk_create(payments), actor, now)
    if len(bookings) < len(set(booking_ids)):
        outcome.refused.append(("?", NotFound("A booking")))
    return outcome


def _book(payments: Sequence[Payment], actor: Actor, now: datetime) -> None:
    """Put succeeded payments on their locked bookings: paid, timeline, confirmation, mail."""
    amounts: dict[Booking, Decimal] = defaultdict(Decimal)
    lines: dict[int, list[str]] = defaultdict(list)
    for p in payments:
        amounts[p.booking] += p.amount
        lines[p.booking_id].append(f"{p.get_method_display()} {p.currency} {p.amount:.2f} ({p.tx_ref})")
    texts = {pk: ", ".join(line) for pk, line in lines.items()}
    ledger.add_money(amounts, kind="payment_received", texts=texts, actor=actor, now=now)
    topics = [booking.topic for booking in amounts]
    outbox.withdraw(topics=topics, reason="The payment came after all.", kinds=["payment_failure"])
    emails.queue("payment_confirmation", payments, now=now)


def _check(money: ManualPayment, actor: Actor, now: datetime) -> None:
    if actor.user is None:
        raise Refused("no_person", "A payment by hand needs the person who took it.")
    if money.method not in Payment.MANUAL:
        raise Refused("method", "Choose cash, bank transfer, card or other.")
    amount = money.amount
    if amount is not None and not (amount.is_finite() and amount > 0 and amount == round(amount, 2)):
        raise Refused("amount", "Give an amount above zero with at most two decimals.")
    if money.received_at and money.received_at > now + timedelta(minutes=5):
        raise Refused("received_at", "The money can't have come in the future.")


def _why_not(booking: Booking, money: ManualPayment) -> Refused | None:
    if booking.status == Booking.Status.WAITLISTED:
        return Refused("waitlisted", f"{booking.reference} is on the waiting list; take money when it has seats.")
    if booking.balance <= 0:
        return Refused("nothing_owed", f"{booking.reference} owes nothing.")
    if money.amount is not None and money.amount > booking.balance:
        return Refused("too_much", f"{booking.reference} owes {booking.currency} {booking.balance:.2f}, not more.")
    return None


def _manual(
    booking: Booking, money: ManualPayment, *, actor: Actor, now: datetime, status: Payment.Status, key: str
) -> Payment:
    return Payment(
        tx_ref=new_tx_ref(money.method),
        booking=booking,
        method=money.method,
        amount=booking.balance if money.amount is None else money.amount,
        currency=booking.currency,
        status=status,
        received_at=(money.received_at or now) if status == Status.SUCCEEDED else None,
        external_reference=" ".join(money.external_reference.upper().split()),
        note=money.note[:255],
        creation_key=key,
        recorded_by=actor.user,
        recorded_by_label=actor.label,
        created_at=now,
    )


def _duplicate(money: ManualPayment) -> Refused:
    if money.external_reference:
        return Refused(
            "reference_used", f"A payment with the reference {money.external_reference} is recorded already."
        )
    return Refused("already_recorded", "This payment is recorded already.")


@transaction.atomic
def await_payment(
    *, booking_id: int, money: ManualPayment, actor: Actor, now: datetime, creation_key: str = ""
) -> Payment:
    """Note money that is announced but not here (a transfer, a cheque): pending until marked received or failed."""
    _check(money, actor, now)
    booking = _locked(booking_id)
    key = f"{creation_key}:{booking.pk}" if creation_key else ""
    if key and (known := Payment.objects.filter(creation_key=key).first()):
        return known
    if refusal := _why_not(booking, money):
        raise refusal
    payment = _manual(booking, money, actor=actor, now=now, status=Status.PENDING, key=key)
    payment.save(force_insert=True)
    text = f"{payment.get_method_display()} {payment.currency} {payment.amount:.2f} expected ({payment.tx_ref})"
    add_events([booking], kind="payment_awaited", text=text, actor=actor, now=now)
    return payment


@transaction.atomic
def receive_payments(*, payment_ids: Sequence[int], actor: Actor, now: datetime) -> Outcome[Payment]:
    """pending|failed|expired → succeeded for awaited money that came (late money is real)."""
    outcome = _sort_out(payment_ids, (Status.PENDING, Status.FAILED, Status.EXPIRED), "received")
    changes: dict[str, Any] = {"status": Status.SUCCEEDED, "received_at": now, "failure_reason": ""}
    _change(outcome.done, changes)
    _book(outcome.done, actor, now)
    return outcome


@transaction.atomic
def fail_payments(*, payment_ids: Sequence[int], reason: str, actor: Actor, now: datetime) -> Outcome[Payment]:
    """pending → failed, with the reason in each customer's payment failure mail."""
    reason = " ".join(reason.split())[:255]
    if not reason:
        raise Refused("reason_missing", "Say why it failed; the customer reads it.")
    outcome = _sort_out(payment_ids, (Status.PENDING,), "marked failed")
    _change(outcome.done, {"status": Status.FAILED, "failure_reason": reason})
    texts: dict[int, list[str]] = defaultdict(list)
    for payment in outcome.done:
        texts[payment.booking_id].append(f"{payment.tx_ref}: {reason}")
    bookings = list({payment.booking: None for payment in outcome.done})
    lines = {pk: ", ".join(line) for pk, line in texts.items()}
    add_events(bookings, kind="payment_failed", texts=lines, actor=actor, now=now)
    emails.queue("payment_failure", outcome.done, now=now, facts={"reason": reason})
    return outcome


def _change(payments: Sequence[Payment], changes: dict[str, Any]) -> None:
    Payment.objects.filter(pk__in=[payment.pk for payment in payments]).update(**changes)
    for payment in payments:
        for name, value in changes.items():
            setattr(payment, name, value)


@transaction.atomic
def void_payment(*, payment_id: int, reason: str, actor: Actor, now: datetime) -> Refund:
    """Correct a payment recorded wrongly by hand: a void row of its whole amount; the payment stays as it is."""
    reason = " ".join(reason.split())[:255]
    if not reason:
        raise Refused("reason_missing", "Say what was wrong with the payment.")
    if actor.user is None:
        raise Refused("no_person", "A void needs a person.")
    payment = _sort_out([payment_id], (Status.SUCCEEDED,), "voided").single()
    if payment.refunds.exclude(status=Refund.Status.FAILED).exists():
        raise Refused("has_refunds", f"{payment.tx_ref} is voided or refunded already.")
    void = Refund.objects.create(
        payment=payment,
        kind=Refund.Kind.VOID,
        amount=payment.amount,
        status=Refund.Status.SUCCEEDED,
        reason=reason,
        requested_by=actor.user,
        requested_by_label=actor.label,
        created_at=now,
    )
    text = f"{payment.tx_ref} voided, {payment.currency} {payment.amount:.2f}: {reason}"
    amounts, texts = {payment.booking: -payment.amount}, {payment.booking_id: text}
    ledger.add_money(amounts, kind="payment_voided", texts=texts, actor=actor, now=now)
    emails.withdraw_confirmation(payment, reason="The payment was voided.")
    emails.queue("payment_voided", [payment], now=now, facts={"reason": reason})
    return void


def _locked(booking_id: int) -> Booking:
    bookings = lock_bookings([booking_id])
    if not bookings:
        raise NotFound("The booking")
    return bookings[0]


def _sort_out(payment_ids: Sequence[int], allowed: Sequence[str], verb: str) -> Outcome[Payment]:
    """Lock bookings, then payments, as everywhere, and split by state; payments of one booking share its object."""
    booking_ids = Payment.objects.filter(pk__in=payment_ids).values_list("booking_id", flat=True)
    bookings = {booking.pk: booking for booking in lock_bookings(booking_ids)}
    payments = list(Payment.objects.select_for_update().filter(pk__in=payment_ids).order_by("pk"))
    outcome = Outcome[Payment]()
    for payment in payments:
        payment.booking = bookings[payment.booking_id]
        state = payment.get_status_display().lower()
        if payment.method not in Payment.MANUAL:
            why = f"{payment.tx_ref} came through a provider and can't be {verb} by hand."
            outcome.refused.append((payment.tx_ref, Refused("method", why)))
        elif payment.status not in allowed:
            why = f"{payment.tx_ref} is {state} and can't be {verb}."
            outcome.refused.append((payment.tx_ref, Refused("wrong_status", why)))
        else:
            outcome.done.append(payment)
    if len(payments) < len(set(payment_ids)):
        outcome.refused.append(("?", NotFound("A payment")))
    return outcome
