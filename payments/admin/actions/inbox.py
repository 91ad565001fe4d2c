"""The act on events that fit nothing: a person has looked, and nothing is left to do."""

from typing import Any

from bookings.desk.actions import Act, Order, Wording
from bookings.outcome import Outcome
from notifications.refusals import Refused
from payments.forms.refunds import StaffReasonForm
from payments.models import ProviderEvent
from payments.services.provider_events import inbox

OPEN = (ProviderEvent.Status.UNMATCHED, ProviderEvent.Status.FAILED)


def set_aside(order: Order) -> Outcome[Any]:
    report = Outcome[str]()
    for pk in order.ids:
        try:
            event = inbox.set_aside(event_id=pk, reason=order.answers["reason"], actor=order.actor)
            report.done.append(str(event))
        except Refused as refusal:
            report.refused.append((f"#{pk}", refusal))
    return report


SEEN_TO = Act(
    name="seen-to",
    label="Mark as handled",
    icon="done_all",
    permission="payments.replay_providerevent",
    question=Wording("Set {name} aside?", "Set {count} events aside?"),
    done=Wording("{name} is set aside.", "{count} events are set aside."),
    run=set_aside,
    allows=lambda event, _user, _now: event.status in OPEN,
    effects=lambda _events: ["It leaves “Needs a decision”. What it says is kept; no money moves."],
    form=StaffReasonForm,
    row_states=OPEN,
)
