"""One question to a provider about a payment, while its answer is worked into our rows."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bookings.actors import Actor
from bookings.services.rows import add_events
from bookings.timeline import Entry
from payments.gateway import Answer
from payments.models import Payment
from payments.services.ledger import change

Status = Payment.Status


@dataclass(frozen=True)
class Verification:
    """One answer about one locked payment. `why` is set when its link was closed, and says what for.

    What was `noted` of the payment goes into its row with the next write: one UPDATE for each verdict.
    """

    payment: Payment
    answer: Answer
    source: str
    why: str
    actor: Actor
    now: datetime
    noted: dict[str, Any] = field(default_factory=dict)

    def write(self, **changes: Any) -> None:
        changes = self.noted | changes
        if changes:
            change([self.payment], changes)
        self.noted.clear()

    def tell_timeline(self, entry: Entry) -> None:
        add_events([self.payment.booking], entry, actor=self.actor, now=self.now)
