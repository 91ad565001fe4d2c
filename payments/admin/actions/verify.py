"""Acts that ask a provider: about a payment, or by working an event of the inbox off again. Each row is a call."""

import logging
from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bookings.desk.actions import Act, Order, Wording
from bookings.outcome import Outcome
from notifications.refusals import Refused
from payments.models import Payment, ProviderEvent
from payments.services.checkout.verify import verify_payment
from payments.services.provider_events import inbox

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)
FAILED, SKIPPED = "error", "skipped"
MAY_COME_LATE = timedelta(days=7)
AT_ONCE = 20  # calls in one press: each may take as long as the provider lets us wait


def verify(order: Order) -> Outcome[Any]:
    """Outside of any transaction; a payment that moves is told by its new state, one without an answer by a warning."""
    report, notes, states = Outcome[str](), [], Counter[str]()
    for pk in order.ids:
        try:
            verified = verify_payment(payment_id=pk, source="staff", actor=order.actor, now=order.now)
        except Refused as refusal:
            report.refused.append((str(pk), refusal))
            continue
        payment, state = verified.payment, str(verified.payment.get_status_display()).lower()
        if not verified.answered:
            report.warnings.append(f"{payment.tx_ref} stays {state}: {verified.answer.detail}")
            continue
        report.done.append(payment.tx_ref)
        states[state] += 1
        notes.append(f"It is {state}. {payment.check_note}")
    alone = len(notes) == 1
    report.note = notes[0] if alone else ", ".join(f"{count} {state}" for state, count in states.items()) + "."
    return report


def can_verify(payment: Payment, _user: "User", now: datetime) -> bool:
    over = payment.status in Payment.LATE and payment.created_at < now - MAY_COME_LATE
    return payment.method in Payment.PROVIDER and payment.status != Payment.Status.SUCCEEDED and not over


def replay(order: Order) -> Outcome[Any]:
    """An error of ours is noted on its event and told as a warning: the other events are still processed."""
    report, became = Outcome[str](), Counter[str]()
    for pk in order.ids:
        try:
            status = inbox.replay_event(event_id=pk, now=order.now)
        except Refused as refusal:
            report.refused.append((f"#{pk}", refusal))
            continue
        except Exception as error:  # noqa: BLE001
            logger.error("Event %s could not be processed: %s", pk, type(error).__name__)
            status = FAILED
        event = ProviderEvent.objects.get(pk=pk)
        if status in (ProviderEvent.Status.RECEIVED, FAILED, SKIPPED):
            why = event.last_error if status != SKIPPED else "another worker has it."
            report.warnings.append(f"{event} waits to be tried again: {why}")
            continue
        report.done.append(str(event))
        became[str(event.get_status_display()).lower() + (f": {event.last_error}" if event.last_error else ".")] += 1
    alone = len(report.done) == 1
    report.note = " ".join(f"Now {what}" if alone else f"{count} now {what}" for what, count in became.most_common(5))
    return report


VERIFY = Act(
    name="verify",
    label="Verify now",
    icon="sync",
    permission="payments.verify_payment",
    question=Wording("Ask the provider about {name} now?", "Ask the provider about {count} payments now?"),
    done=Wording("{name} was checked.", "{count} payments were checked."),
    run=verify,
    allows=can_verify,
    effects=lambda _payments: [
        "The payment moves only by what the provider says; if it doesn't answer, nothing changes.",
        "When money has come, it is booked and the customer gets the payment confirmation.",
    ],
    at_once=AT_ONCE,
    row_states=(Payment.Status.CREATED, Payment.Status.PENDING, Payment.Status.UNKNOWN),
)
REPLAY = Act(
    name="replay",
    label="Process again",
    icon="replay",
    permission="payments.replay_providerevent",
    question=Wording("Process {name} again?", "Process {count} events again?"),
    done=Wording("{name} was processed again.", "{count} events were processed again."),
    run=replay,
    allows=lambda _event, _user, _now: True,
    effects=lambda _events: ["The provider is asked again. Money that is booked already isn't booked twice."],
    at_once=AT_ONCE,
    row_states=(ProviderEvent.Status.FAILED, ProviderEvent.Status.UNMATCHED),
)
