"""One question to a provider about a payment, while its answer is worked into our rows."""

from dataclasses import dataclass
from datetime import datetime

from bookings.actors import Actor
from bookings.services.rows import add_events
from bookings.timeline import Entry
from payments.gateway import Answer
from payments.models import Payment


@dataclass(frozen=True)
class Verification:
    """One answer about one locked payment. `why` is set when its link was closed, and says what for."""

    payment: Payment
    answer: Answer
    source: str
    why: str
    actor: Actor
    now: datetime


def tell_timeline(this: Verification, entry: Entry) -> None:
    add_events([this.payment.booking], entry, actor=this.actor, now=this.now)


Status = Payment.Status
