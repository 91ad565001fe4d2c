"""Closing what “Needs a decision” lists, and opening it again."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.actors import Actor
from bookings.desk.actions import Action, Answers, Wording, register
from bookings.outcome import Outcome
from payments.forms.decisions import StaffReasonForm
from payments.models import ClosedDecision
from payments.refusals.decisions import NotYours
from payments.services.closing_decisions import reopen_decisions
from payments.services.decision_topics import topic_of

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def may_close(user: "User | None", kind: str) -> bool:
    topic = topic_of(kind)
    return user is not None and topic is not None and user.has_perm(topic.permission)


class CloseEntry(Action):
    """The words of payments/admin/closing.py. An entry of that list is no row: its page itself closes it."""

    name = "close-decision"
    label = "Close entry"
    icon = "task_alt"
    permission = "payments.view_payment"  # beside that of each entry's kind
    question = Wording("Close the entry {name}?", "Close {count} entries?")
    done = Wording("{name} is closed.", "{count} entries are closed.")
    form_class = StaffReasonForm


@register(ClosedDecision)
class Reopen(Action):
    name = "reopen"
    label = "Open again"
    icon = "undo"
    permission = "payments.view_payment"  # beside that of each row's kind
    question = Wording("Open {name} again?", "Open {count} entries again?")
    done = Wording("{name} is open again.", "{count} entries are open again.")

    def allows(self, row: ClosedDecision, user: "User", now: datetime) -> bool:
        return row.reopened_at is None and may_close(user, row.kind)

    def effects(self, rows: Sequence[ClosedDecision]) -> list[str]:
        return ["It stands under “Needs a decision” again, if it still needs one."]

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[Any]:
        rows = ClosedDecision.objects.filter(pk__in=ids)
        mine = [row for row in rows if may_close(actor.user, row.kind)]
        outcome: Outcome[Any] = Outcome()
        if mine:
            outcome = reopen_decisions(closed_ids=[row.pk for row in mine], actor=actor, now=now)
        others = [row for row in rows if row not in mine]
        outcome.refused += [(str(row), NotYours(str(row))) for row in others]
        return outcome
