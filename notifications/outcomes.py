"""What a delivery marks on its message: frozen words, a failure, a pause, another try."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from notifications.fates import Failure, Fate
from notifications.models import Message
from notifications.rendering import render

TWICE = " It may have arrived, twice by now; a person decides whether to try again."
Status = Message.Status
# Seconds until the next attempt, after the first, the second, …; then it is given up. Together a day and a half.
BACKOFF = (30, 60, 300, 900, 1800, 3600, 7200, 14400, 21600, 28800, 43200)
MAX_ATTEMPTS = len(BACKOFF) + 1
SPREAD = 10  # seconds over which retries of one bad moment are scattered
PAUSE = timedelta(minutes=5)  # for the whole account, after it was refused
LONGEST_PAUSE = timedelta(hours=1)  # for one mail that could not be made


@dataclass(frozen=True)
class Claim:
    """The right to write this message's outcome, as long as the row still carries this very lease."""

    message: Message

    def rows(self) -> QuerySet[Message]:
        return Message.objects.filter(
            pk=self.message.pk, status=Status.SENDING, lease_expires_at=self.message.lease_expires_at
        )


def freeze(claim: Claim) -> None:
    """Words are chosen at the first attempt and kept while the facts are the same."""
    message = claim.message
    if message.text:
        return
    rendered = render(message)
    message.subject, message.text, message.html = rendered.subject, rendered.text, rendered.html
    claim.rows().update(subject=rendered.subject, text=rendered.text, html=rendered.html)


def fail(claim: Claim, failure: Failure, now: datetime) -> str:
    if failure.fate is Fate.CONFIGURATION:
        return _pause(claim, failure, now)
    message = claim.message
    twice = failure.may_have_arrived and message.possible_duplicate
    reason = failure.reason[:900] + (TWICE if twice else "")
    changes: dict[str, Any] = {"last_error": reason, "lease_expires_at": None}
    if failure.may_have_arrived:
        changes["possible_duplicate"] = True
    if failure.fate is Fate.PERMANENT or twice or message.attempts >= MAX_ATTEMPTS:
        claim.rows().update(status=Status.FAILED, **changes)
        return str(Status.FAILED)
    wait = max(BACKOFF[message.attempts - 1] + message.pk % SPREAD, failure.retry_after)
    return _queue_again(claim, due_at=now + timedelta(seconds=wait), changes=changes)


def _pause(claim: Claim, failure: Failure, now: datetime) -> str:
    """Nothing is wrong with this mail: it waits and burns no attempt, the longer the longer it has waited.

    Where every other that is due would fail alike, they wait too. Those that wait already keep their time: a new
    mail's failure must not push them ever further.
    """
    reason = failure.reason[:1000]
    changes = {"last_error": reason, "lease_expires_at": None, "attempts": F("attempts") - 1}
    if failure.alone:
        wait = min(max(now - claim.message.created_at, PAUSE), LONGEST_PAUSE)
        return _queue_again(claim, due_at=now + wait, changes=changes)
    outcome = _queue_again(claim, due_at=now + PAUSE, changes=changes)
    others = Message.objects.due(now)
    others.update(due_at=now + PAUSE, published_at=None, lease_expires_at=None, last_error=reason)
    return outcome


def _queue_again(claim: Claim, *, due_at: datetime, changes: dict[str, Any]) -> str:
    """Unless it was withdrawn meanwhile: what is no longer true is not tried again."""
    with transaction.atomic():
        if claim.rows().exclude(withdrawn_reason="").update(status=Status.WITHDRAWN, **changes):
            return str(Status.WITHDRAWN)
        claim.rows().update(status=Status.QUEUED, due_at=due_at, published_at=None, **changes)
    return str(Status.QUEUED)
