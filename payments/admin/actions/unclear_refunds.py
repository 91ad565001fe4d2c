"""A refund whose outcome is unknown: asked about, or decided by a person."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bookings.actors import Actor
from bookings.desk.actions import Action, Answers, RowAction, Wording, register
from bookings.outcome import Outcome
from payments.admin.actions.refunds import Refunds, Status, paid_effects
from payments.forms.decisions import LookedForm
from payments.models import Refund
from payments.services.provider_refunds.check import check_refund, decide_refund
from payments.services.refunds.rows import was_sent

if TYPE_CHECKING:
    from django.contrib.auth.models import User


MAY_COME_BACK = timedelta(days=30)


@register(Refund)
class Check(Action):
    name = "check"
    label = "Check now"
    icon = "sync"
    permission = "payments.verify_payment"
    change = "check"
    question = Wording("Ask the provider about {name} now?", "Ask the provider about {count} refunds now?")
    done = Wording("{name} was checked.", "{count} refunds were checked.")
    bulk = False
    row_states = (Status.UNKNOWN, Status.PROCESSING)

    def allows(self, refund: Refund, user: "User", now: datetime) -> bool:
        final = refund.succeeded_at is not None and refund.succeeded_at < now - MAY_COME_BACK
        return super().allows(refund, user, now) and was_sent(refund) and not final

    def effects(self, refunds: Refunds) -> list[str]:
        return ["It moves only by what the provider says; if it doesn't answer, nothing changes."]

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[Any]:
        [pk] = ids
        checked = check_refund(refund_id=pk, actor=actor, now=now)
        refund, state = checked.refund, str(checked.refund.get_status_display()).lower()
        if not checked.answered:
            return Outcome(warnings=[f"{refund} stays {state}: {checked.answer.detail}"])
        return Outcome([refund], note=f"It is {state}. {refund.check_note}")


class Decide(RowAction):
    """A person has looked at the provider's own pages, and says what became of the refund."""

    permission = "payments.approve_refund"
    form_class = LookedForm
    change = "decide"
    went_through: bool

    def run_one(self, pk: int, answers: Answers, actor: Actor, now: datetime) -> Refund:
        reason = answers["reason"]
        return decide_refund(refund_id=pk, went_through=self.went_through, reason=reason, actor=actor, now=now)


@register(Refund)
class WentThrough(Decide):
    name = "went-through"
    label = "It went through"
    icon = "task_alt"
    question = Wording("Has {name} gone through?", "Have {count} refunds gone through?")
    done = Wording("{name} counts as paid back.", "{count} refunds count as paid back.")
    went_through = True

    def effects(self, refunds: Refunds) -> Iterator[str]:
        return paid_effects(refunds)


@register(Refund)
class DidNotGoThrough(Decide):
    name = "did-not"
    label = "It did not"
    icon = "block"
    question = Wording("Has {name} not gone through?", "Have {count} refunds not gone through?")
    done = Wording("{name} counts as failed.", "{count} refunds count as failed.")
    danger = True
    went_through = False

    def effects(self, refunds: Refunds) -> list[str]:
        return ["It can be asked for again then. If it did go through, it would be paid twice."]
