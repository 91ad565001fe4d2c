"""Noting that nothing is left to do about an event of the inbox."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bookings.actors import Actor
from bookings.desk.actions import Action, Answers, Wording, register
from bookings.outcome import Outcome
from notifications.refusals import Refused
from payments.forms.decisions import StaffReasonForm
from payments.models import ProviderEvent
from payments.services.provider_events import inbox

if TYPE_CHECKING:
    from django.contrib.auth.models import User

OPEN = (ProviderEvent.Status.UNMATCHED, ProviderEvent.Status.FAILED)


@register(ProviderEvent)
class MarkHandled(Action):
    name = "seen-to"
    label = "Mark as handled"
    icon = "done_all"
    order = 110
    permission = "payments.replay_providerevent"
    question = Wording("Set {name} aside?", "Set {count} events aside?")
    done = Wording("{name} is set aside.", "{count} events are set aside.")
    form_class = StaffReasonForm
    row_states = OPEN

    def allows(self, event: ProviderEvent, user: "User", now: datetime) -> bool:
        return event.status in OPEN

    def effects(self, events: Sequence[ProviderEvent]) -> list[str]:
        return ["It leaves “Needs a decision”. What it says is kept; no money moves."]

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[ProviderEvent]:
        outcome = Outcome[ProviderEvent]()
        for pk in ids:
            try:
                outcome.done.append(inbox.set_aside(event_id=pk, reason=answers["reason"], actor=actor))
            except Refused as refusal:
                outcome.refused.append((f"#{pk}", refusal))
        return outcome
