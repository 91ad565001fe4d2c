"""Proofs of payments by hand: a photo of the receipt, added later."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.actors import Actor
from bookings.services.rows import add_events
from payments.models import Payment
from payments.proofs import check_proof, keeping
from payments.refusals.proofs import HasProof, NeedsNoProof
from payments.services.ledger import change, lock_payment
from payments.timeline.corrections import ProofAdded

if TYPE_CHECKING:
    from django.core.files.base import File

    from payments.proofs import Keep


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
