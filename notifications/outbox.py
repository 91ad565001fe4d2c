"""The way in: other apps say which mail they mean, in the transaction that makes it true.

A message row is the promise; publishing to Celery is only a nudge, made after commit. What is lost on the way is
found again by notifications.send_due_messages.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import CharField, Value
from django.db.models.functions import Cast, Concat

from notifications import dispatch, handover
from notifications.kinds import SWEEPER, all_kinds, task_name
from notifications.models import Message, MessageQuerySet

FAN_OUT = 20  # more due rows than this are fanned out by a worker, not by the web process
CHUNK = 500
ON_THEIR_WAY = (*Message.UNSENT, Message.Status.SENDING)
# Of a withdrawn row. Its intent is free again: a reminder for the date that the booking comes back to is planned anew.
FREED_KEY = Concat("dedupe_key", Value(":withdrawn:"), Cast("pk", CharField()))


@dataclass(frozen=True)
class Mail:
    """One mail to be. `context`: JSON as in the sample of its MailKind; `dedupe_key`: booking, kind and occurrence."""

    kind: str
    topic: str
    recipient: str
    language: str
    context: dict[str, Any]
    dedupe_key: str
    due_at: datetime | None = None


def enqueue(mails: Sequence[Mail], *, now: datetime) -> int:
    """Queue each mail once, in the caller's transaction; returns how many are new.

    Left out: a mail without a recipient, and one whose dedupe_key is already there (it was queued before).
    """
    wanted = [mail for mail in mails if mail.recipient.strip()]
    wake_worker = sum(_is_due(mail, now) for mail in wanted) > FAN_OUT
    rows = [_row(mail, now, publish=_is_due(mail, now) and not wake_worker) for mail in wanted]
    Message.objects.bulk_create(rows, batch_size=CHUNK, ignore_conflicts=True)
    # A row that met its dedupe_key was not written: only the database knows which are new.
    queued = [
        found
        for start in range(0, len(rows), CHUNK)
        for found in Message.objects.filter(uuid__in=[row.uuid for row in rows[start : start + CHUNK]])
        .order_by("pk")
        .values_list("pk", "kind", "lease_expires_at")
    ]
    if wake_worker and queued:
        wake_sweeper_after_commit()
    else:
        publish_after_commit([(pk, kind) for pk, kind, held_until in queued if held_until])
    return len(queued)


def withdraw(*, topics: Collection[str], reason: str, kinds: Collection[str] | None = None) -> int:
    """What these messages say is no longer true: the unsent are withdrawn, the sent can't be sent again.

    Returns how many were still unsent. One being sent right now is withdrawn if this attempt fails. With `kinds`
    None all kinds are meant, but a receipt that went out stays good: the money did move.
    """
    messages = Message.objects.filter(topic__in=topics)
    if kinds is not None:
        return _withdraw(messages.filter(kind__in=kinds), messages.filter(kind__in=kinds), reason)
    for_good = [kind.name for kind in all_kinds().values() if kind.for_good]
    return _withdraw(messages, messages.exclude(kind__in=for_good), reason)


def readdress(*, topics: Collection[str], recipient: Any) -> None:
    """Show at once where unsent mail goes now; what is asked when it is claimed has the last word (owners).

    `recipient` may be an expression over the row. An address typed for one message stays.
    """
    waiting = Message.objects.filter(topic__in=topics, recipient_chosen=False, resend_of=None)
    waiting = waiting.filter(status__in=(*Message.UNSENT, Message.Status.FAILED))
    waiting.update(recipient=recipient)


def withdraw_intent(*, dedupe_key: str, reason: str) -> int:
    """As `withdraw`, for the one mail with this key."""
    messages = Message.objects.filter(dedupe_key=dedupe_key)
    return _withdraw(messages, messages, reason)


@transaction.atomic
def _withdraw(unsent: MessageQuerySet, stale: MessageQuerySet, reason: str) -> int:
    count = unsent.unsent().update(
        status=Message.Status.WITHDRAWN,
        withdrawn_reason=reason[:200],
        dedupe_key=FREED_KEY,
    )
    gone = (*Message.UNSENT, Message.Status.WITHDRAWN)
    stale.filter(withdrawn_reason="").exclude(status__in=gone).update(withdrawn_reason=reason[:200])
    return count


def outdate(*, topics: Collection[str], reason: str, kinds: Collection[str]) -> None:
    """What was true when it was sent, but must not be sent again. The unsent still go out."""
    over = (Message.Status.SENT, Message.Status.FAILED, Message.Status.BOUNCED)
    messages = Message.objects.filter(topic__in=topics, kind__in=kinds, status__in=over, withdrawn_reason="")
    messages.update(withdrawn_reason=reason[:200])


def withdraw_messages(*, message_ids: Collection[int], reason: str) -> int:
    """Staff's own choice of unsent messages, for whatever reason they give. Returns how many were still unsent."""
    return (
        Message.objects.unsent()
        .filter(pk__in=message_ids)
        .update(status=Message.Status.WITHDRAWN, withdrawn_reason=reason[:200])
    )


def _is_due(mail: Mail, now: datetime) -> bool:
    return mail.due_at is None or mail.due_at <= now


def _row(mail: Mail, now: datetime, *, publish: bool) -> Message:
    return Message(
        kind=mail.kind,
        topic=mail.topic,
        recipient=mail.recipient.strip(),
        language=mail.language,
        context=mail.context,
        dedupe_key=mail.dedupe_key,
        due_at=mail.due_at or now,
        lease_expires_at=now + handover.HOLD if publish else None,  # till then the sweeper leaves it to this process
    )


def publish_after_commit(messages: Sequence[tuple[int, str]]) -> None:
    """(id, kind) each."""

    def publish_all() -> None:
        for message_id, kind in messages:
            dispatch.wake(task_name(kind), message_id, confirmed=handover.note_published)

    if messages:
        transaction.on_commit(publish_all, robust=True)


def wake_sweeper_after_commit() -> None:
    transaction.on_commit(lambda: dispatch.wake(SWEEPER), robust=True)
