"""A payment by hand as a form gives it, and the press that gave it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import IntegrityError

from bookings.actors import Actor
from bookings.constraints import violates
from bookings.models import Booking
from payments.models import Payment
from payments.refusals.manual import (
    PaymentRecorded,
    ReferenceUsed,
)
from payments.services.ledger import new_tx_ref

if TYPE_CHECKING:
    from django.core.files.base import File

    from payments.proofs import Keep

Status = Payment.Status


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


def key_of(press: Press, booking: Booking) -> str:
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
        creation_key=key_of(press, booking),
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
