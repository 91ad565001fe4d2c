"""Asking the provider about payments. Each row is a call."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bookings.actors import Actor
from bookings.desk.actions import Action, Answers, Wording, register
from bookings.outcome import Outcome
from notifications.refusals import Refused
from payments.models import Payment
from payments.services.checkout.verify import verify_payment

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MAY_COME_LATE = timedelta(days=7)
AT_ONCE = 20  # calls in one press: each may take as long as the provider lets us wait


@register(Payment)
class Verify(Action):
    name = "verify"
    label = "Verify now"
    icon = "sync"
    permission = "payments.verify_payment"
    question = Wording("Ask the provider about {name} now?", "Ask the provider about {count} payments now?")
    done = Wording("{name} was checked.", "{count} payments were checked.")
    at_once = AT_ONCE
    row_states = (Payment.Status.CREATED, Payment.Status.PENDING, Payment.Status.UNKNOWN)
    order = 10

    def allows(self, payment: Payment, user: "User", now: datetime) -> bool:
        over = payment.status in Payment.LATE and payment.created_at < now - MAY_COME_LATE
        return payment.is_online and payment.status != Payment.Status.SUCCEEDED and not over

    def effects(self, payments: Sequence[Payment]) -> list[str]:
        return [
            "The payment moves only by what the provider says; if it doesn't answer, nothing changes.",
            "When money has come, it is booked and the customer gets the payment confirmation.",
        ]

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[str]:
        """Outside of any transaction; a payment that moves is told by its new state, one without an answer warns."""
        outcome, notes, states = Outcome[str](), [], Counter[str]()
        for pk in ids:
            try:
                verified = verify_payment(payment_id=pk, source="staff", actor=actor, now=now)
            except Refused as refusal:
                outcome.refused.append((str(pk), refusal))
                continue
            payment, state = verified.payment, str(verified.payment.get_status_display()).lower()
            if not verified.answered:
                outcome.warnings.append(f"{payment.tx_ref} stays {state}: {verified.answer.detail}")
                continue
            outcome.done.append(payment.tx_ref)
            states[state] += 1
            notes.append(f"It is {state}. {payment.check_note}")
        counted = ", ".join(f"{count} {state}" for state, count in states.items())
        outcome.note = notes[0] if len(notes) == 1 else f"{counted}."
        return outcome
