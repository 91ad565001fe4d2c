"""One message, from its claim to its mark. No transaction is open while a mail server talks.

    queued → sending (claimed until the lease is over) → sent | failed | withdrawn | queued again, later
Whoever holds the lease writes the outcome; a worker that lost it (killed, or slower than the lease) writes nothing.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import DatabaseError, transaction
from django.db.models import F, QuerySet

from notifications import connection, owners, writing
from notifications.failures import OURS, Failure, Fate, FaultOfOurs, classify, code_of
from notifications.models import Message
from notifications.outbox import FREED_KEY
from notifications.rendering import render

logger = logging.getLogger(__name__)
Status = Message.Status

# Seconds until the next attempt, after the first, the second, …; then it is given up. Together a day and a half.
BACKOFF = (30, 60, 300, 900, 1800, 3600, 7200, 14400, 21600, 28800, 43200)
MAX_ATTEMPTS = len(BACKOFF) + 1
SPREAD = 10  # seconds over which retries of one bad moment are scattered
PAUSE = timedelta(minutes=5)  # for the whole account, after it was refused
LONGEST_PAUSE = timedelta(hours=1)  # for one mail that could not be made
LOST = "The worker was lost while it sent this mail."
TWICE = " It may have arrived, twice by now; a person decides whether to try again."


@dataclass(frozen=True)
class Claim:
    """The right to write this message's outcome, as long as the row still carries this very lease."""

    message: Message

    def rows(self) -> QuerySet[Message]:
        return Message.objects.filter(
            pk=self.message.pk, status=Status.SENDING, lease_expires_at=self.message.lease_expires_at
        )


def deliver(*, message_id: int, task_id: str, now: datetime) -> str:
    """Send a message that is due. Returns its new state, or "skipped": not due, not there, or someone else's."""
    message = _claim(message_id, task_id, now)
    if message is None:
        return "skipped"
    claim = Claim(message)
    try:
        if reason := _check_again(claim, now):
            return _withdraw(claim, reason)
        mail, note = _written(claim)
        connection.send(mail)
    except DatabaseError:
        raise  # about us, not about the mail: the lease runs out and the sweeper queues it again
    except Exception as error:  # noqa: BLE001 -- every way to fail has its place in failures.py
        failure = classify(error)
        outcome = _fail(claim, failure, now)
        # Neither the address nor the server's words, which may hold it: the row has both.
        logger.warning("Mail #%s is %s: %s failure, %s", message_id, outcome, failure.fate.value, code_of(error))
        return outcome
    claim.rows().update(status=Status.SENT, sent_at=now, last_error=note, lease_expires_at=None)
    return str(Status.SENT)


def reclaim_lost(*, now: datetime) -> int:
    """Queue again what a lost worker was sending; whether that mail had left nobody knows, and the row says so."""
    lost = Message.objects.filter(status=Status.SENDING, lease_expires_at__lt=now)
    freed = {"lease_expires_at": None, "possible_duplicate": True, "last_error": LOST}
    with transaction.atomic():
        withdrawn = lost.exclude(withdrawn_reason="").update(status=Status.WITHDRAWN, **freed)
        twice = lost.filter(possible_duplicate=True).update(
            status=Status.FAILED, **freed | {"last_error": LOST + TWICE}
        )
        given_up = lost.filter(attempts__gte=MAX_ATTEMPTS).update(status=Status.FAILED, **freed)
        return withdrawn + twice + given_up + lost.update(status=Status.QUEUED, due_at=now, published_at=None, **freed)


def _claim(message_id: int, task_id: str, now: datetime) -> Message | None:
    lease = now + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)
    taken = {"status": Status.SENDING, "attempts": F("attempts") + 1, "lease_expires_at": lease, "task_id": task_id}
    return Message.objects.due(now).claim(message_id, **taken)


def _check_again(claim: Claim, now: datetime) -> str:
    """Bring the claimed message up to date; returns why it must not be sent, if so."""
    message = claim.message
    now_so = owners.present([message], now=now).get(message.pk)
    if reason := owners.why_not(message, now_so):
        return reason
    if changed := owners.bring_up_to_date(message, now_so):
        claim.rows().update(**changed)
    return ""


def _withdraw(claim: Claim, reason: str) -> str:
    claim.rows().update(
        status=Status.WITHDRAWN,
        withdrawn_reason=reason[:200],
        dedupe_key=FREED_KEY,
        attempts=F("attempts") - 1,
        lease_expires_at=None,
    )
    return str(Status.WITHDRAWN)


def _written(claim: Claim) -> tuple[EmailMultiAlternatives, str]:
    """The whole mail, and what staff must know of it.

    It is tried out before any server hears of it, so that a fault of ours isn't booked as another's.
    """
    message = claim.message
    writing.check_recipient(message.recipient)
    try:
        _freeze(claim)
        mail, note = writing.mail_of(message)
        mail.message()
    except (DatabaseError, FaultOfOurs):
        raise
    except Exception as error:
        # Neither its words, which may hold a name, nor the facts.
        logger.error("Mail #%s could not be made: %s", message.pk, type(error).__name__)
        raise FaultOfOurs(f"This mail could not be made ({type(error).__name__}). {OURS}") from error
    return mail, note


def _freeze(claim: Claim) -> None:
    """Words are chosen at the first attempt and kept while the facts are the same."""
    message = claim.message
    if message.text:
        return
    rendered = render(message)
    message.subject, message.text, message.html = rendered.subject, rendered.text, rendered.html
    claim.rows().update(subject=rendered.subject, text=rendered.text, html=rendered.html)


def _fail(claim: Claim, failure: Failure, now: datetime) -> str:
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
