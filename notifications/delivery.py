"""One message, from its claim to its mark. No transaction is open while a mail server talks.

    queued → sending (claimed until the lease is over) → sent | failed | withdrawn | queued again, later
Whoever holds the lease writes the outcome; a worker that lost it (killed, or slower than the lease) writes nothing.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import DatabaseError, transaction
from django.db.models import F

from notifications import connection, owners, writing
from notifications.failures import classify
from notifications.fates import OURS, FaultOfOurs
from notifications.models import Message
from notifications.outbox import FREED_KEY
from notifications.outcomes import MAX_ATTEMPTS, TWICE, Claim, Status, fail, freeze
from notifications.smtp_failures import code_of

logger = logging.getLogger(__name__)
LOST = "The worker was lost while it sent this mail."


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
        outcome = fail(claim, failure, now)
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
        freeze(claim)
        mail, note = writing.mail_of(message)
        mail.message()
    except (DatabaseError, FaultOfOurs):
        raise
    except Exception as error:
        # Neither its words, which may hold a name, nor the facts.
        logger.error("Mail #%s could not be made: %s", message.pk, type(error).__name__)
        raise FaultOfOurs(f"This mail could not be made ({type(error).__name__}). {OURS}") from error
    return mail, note
