"""One message, from its claim to its mark. No transaction is open while a mail server talks.

    queued → sending (claimed until the lease is over) → sent | failed | queued again, later
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

from notifications import connection
from notifications.catalogue import WITH_A_RECEIPT
from notifications.failures import Failure, Fate, classify, code_of
from notifications.models import Message
from notifications.receipt import receipt_pdf
from notifications.rendering import render

logger = logging.getLogger(__name__)
Status = Message.Status

# Seconds until the next attempt, after the first, the second, …; then it is given up. Together a day and a half.
BACKOFF = (30, 60, 300, 900, 1800, 3600, 7200, 14400, 21600, 28800, 43200)
MAX_ATTEMPTS = len(BACKOFF) + 1
SPREAD = 10  # seconds over which retries of one bad moment are scattered
PAUSE = timedelta(minutes=5)  # for the whole account, after it was refused
LOST = "The worker was lost while it sent this mail."
TWICE = " It may have arrived, twice by now; a person decides whether to try again."
NO_RECEIPT = "It was sent without its receipt, which could not be made; the log says more."


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
        _freeze(claim)
        mail = _mail(message)
        note = _attach_receipt(mail, message)
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
    claimed = Message.objects.filter(pk=message_id, status=Status.QUEUED, due_at__lte=now).update(
        status=Status.SENDING, attempts=F("attempts") + 1, lease_expires_at=lease, task_id=task_id
    )
    return Message.objects.get(pk=message_id) if claimed else None


def _freeze(claim: Claim) -> None:
    """Words are chosen at the first attempt and kept: a second one must not say something else."""
    message = claim.message
    if message.text:
        return
    rendered = render(message)
    message.subject, message.text, message.html = rendered.subject, rendered.text, rendered.html
    claim.rows().update(subject=rendered.subject, text=rendered.text, html=rendered.html)


def _mail(message: Message) -> EmailMultiAlternatives:
    headers = {"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"}
    mail = EmailMultiAlternatives(message.subject, message.text, to=[message.recipient], headers=headers)
    mail.attach_alternative(message.html, "text/html")
    # What an e-mail service reports later (a bounce) names the row by this; other backends don't look at it.
    mail.metadata = {"message": str(message.uuid)}  # type: ignore[attr-defined]
    return mail


def _attach_receipt(mail: EmailMultiAlternatives, message: Message) -> str:
    """From the row's facts, so that a resend carries the same one; rows older than receipts have none.

    Returns what staff must know. A receipt that can't be made is a fault of ours: that the money came is told anyway.
    """
    number = message.context.get("receipt")
    if message.kind not in WITH_A_RECEIPT or not number:
        return ""
    try:
        mail.attach(f"Receipt-{number}.pdf", receipt_pdf(message.context), "application/pdf")
    except Exception as error:  # noqa: BLE001 -- whatever it is, its words may hold a name
        logger.error("Mail #%s goes without its receipt: %s", message.pk, type(error).__name__)
        return NO_RECEIPT
    return ""


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
    """Nothing is wrong with this mail and every other that is due would fail alike: they wait, none burns an attempt.

    Those that wait already keep their time: a new mail's failure must not push them ever further.
    """
    reason = failure.reason[:1000]
    changes = {"last_error": reason, "lease_expires_at": None, "attempts": F("attempts") - 1}
    outcome = _queue_again(claim, due_at=now + PAUSE, changes=changes)
    others = Message.objects.filter(status=Status.QUEUED, due_at__lte=now)
    others.update(due_at=now + PAUSE, published_at=None, lease_expires_at=None, last_error=reason)
    return outcome


def _queue_again(claim: Claim, *, due_at: datetime, changes: dict[str, Any]) -> str:
    """Unless it was withdrawn meanwhile: what is no longer true is not tried again."""
    with transaction.atomic():
        if claim.rows().exclude(withdrawn_reason="").update(status=Status.WITHDRAWN, **changes):
            return str(Status.WITHDRAWN)
        claim.rows().update(status=Status.QUEUED, due_at=due_at, published_at=None, **changes)
    return str(Status.QUEUED)
