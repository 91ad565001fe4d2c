"""Processing an event of the inbox again."""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from bookings.actors import Actor
from bookings.desk.actions import Action, Answers, Wording, register
from bookings.outcome import Outcome
from notifications.refusals import Refused
from payments.admin.actions.handled import OPEN
from payments.admin.actions.verify import AT_ONCE
from payments.models import ProviderEvent
from payments.services.provider_events import inbox

logger = logging.getLogger(__name__)
FAILED, SKIPPED = "error", "skipped"


@register(ProviderEvent)
class Replay(Action):
    name = "replay"
    label = "Process again"
    icon = "replay"
    permission = "payments.replay_providerevent"
    question = Wording("Process {name} again?", "Process {count} events again?")
    done = Wording("{name} was processed again.", "{count} events were processed again.")
    at_once = AT_ONCE
    row_states = OPEN

    def effects(self, events: Sequence[ProviderEvent]) -> list[str]:
        return ["The provider is asked again. Money that is booked already isn't booked twice."]

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[str]:
        """An error of ours is noted on its event and told as a warning: the other events are still processed."""
        outcome, became = Outcome[str](), Counter[str]()
        for pk in ids:
            try:
                status = replayed(pk, now)
            except Refused as refusal:
                outcome.refused.append((f"#{pk}", refusal))
                continue
            event = ProviderEvent.objects.get(pk=pk)
            if status in (ProviderEvent.Status.RECEIVED, FAILED, SKIPPED):
                why = event.last_error if status != SKIPPED else "another worker has it."
                outcome.warnings.append(f"{event} waits to be tried again: {why}")
                continue
            outcome.done.append(str(event))
            became[what_it_is(event)] += 1
        alone = len(outcome.done) == 1
        told = (f"Now {what}" if alone else f"{count} now {what}" for what, count in became.most_common(5))
        outcome.note = " ".join(told)
        return outcome


def replayed(pk: int, now: datetime) -> str:
    try:
        return inbox.replay_event(event_id=pk, now=now)
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001
        logger.error("Event %s could not be processed: %s", pk, type(error).__name__)
        return FAILED


def what_it_is(event: ProviderEvent) -> str:
    return str(event.get_status_display()).lower() + (f": {event.last_error}" if event.last_error else ".")
