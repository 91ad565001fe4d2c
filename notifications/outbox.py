"""The way in: other apps say which mail they mean, in the transaction that makes it true.

A message row is the promise; publishing to Celery is only a nudge, made after commit. What is lost on the way is
found again by notifications.send_due_messages.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Coalesce, Concat

from notifications import dispatch, handover, owners
from notifications.kinds import SWEEPER, all_kinds, task_name
from notifications.models import Message, MessageQuerySet
from notifications.refusals import AlreadyResent, NoAddress, NoLongerTrue, NotFound, NotOver, Refused

if TYPE_CHECKING:
    from django.contrib.auth.models import User

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
        _wake_sweeper_after_commit()
    else:
        _publish_after_commit([(pk, kind) for pk, kind, held_until in queued if held_until])
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


def resend(*, message_id: int, user: "User | None", now: datetime, recipient: str = "") -> Message:
    """Send the same facts again as a new row, to `recipient` if given, else to the owner's present address.

    Refuses what isn't true or isn't over.
    """
    done, refused = resend_all(recipients={message_id: recipient}, user=user, now=now)
    if refused:
        raise refused[message_id]
    return done[message_id]


@transaction.atomic
def resend_all(
    *, recipients: Mapping[int, str], user: "User | None", now: datetime
) -> tuple[dict[int, Message], dict[int, Refused]]:
    """As `resend` for {message id: recipient, or ""}: the new rows and the refusals, by message id."""
    chosen = Message.objects.filter(pk__in=recipients)
    firsts = chosen.values_list(Coalesce("resend_of", "pk"), flat=True)
    # Lock, then read: two clerks take turns, and a withdrawal that we waited for is seen.
    list(Message.objects.select_for_update().filter(pk__in={*recipients, *firsts}).order_by("pk").values_list("pk"))
    found = {message.pk: message for message in chosen.select_related("resend_of")}
    originals = {pk: message.resend_of or message for pk, message in found.items()}
    coming = _on_their_way({message.pk for message in originals.values()})
    present = owners.present(found.values(), now=now)
    rows, refused = {}, {}
    for pk, recipient in recipients.items():
        now_so = present.get(pk)
        if refusal := _why_not_resend(found.get(pk), originals.get(pk), coming, now_so):
            refused[pk] = refusal
            continue
        row = _again(found[pk], originals[pk], recipient.strip(), now_so, user, now)
        if row.recipient:
            rows[pk] = row
            coming.add(originals[pk].pk)
        else:
            refused[pk] = NoAddress()
    Message.objects.bulk_create(rows.values(), batch_size=CHUNK)
    if len(rows) > FAN_OUT:
        Message.objects.filter(pk__in=[row.pk for row in rows.values()]).update(lease_expires_at=None)
        _wake_sweeper_after_commit()
    else:
        _publish_after_commit([(row.pk, row.kind) for row in rows.values()])
    return rows, refused


def _again(  # noqa: PLR0917 - all of what a new row is made of
    message: Message, original: Message, typed: str, now_so: owners.Present | None, user: "User | None", now: datetime
) -> Message:
    """To the address that was typed for it; one that is the owner's own anyway goes on following the owner."""
    own = now_so.recipient if now_so else message.recipient
    return Message(
        kind=message.kind,
        topic=message.topic,
        language=message.language,
        context=message.context,
        recipient=typed or own,
        recipient_chosen=bool(typed) and typed.lower() != own.lower(),
        dedupe_key=f"{original.dedupe_key[:160]}:resend:{uuid.uuid4().hex[:12]}",
        due_at=now,
        lease_expires_at=now + handover.HOLD,
        resend_of=original,
        requested_by=user,
    )


def retry(*, message_ids: Collection[int], now: datetime) -> int:
    """Queue failed messages again, with all their attempts, and try those that wait after an error now.

    Returns how many: one that is no longer true stays.
    """
    chosen = Message.objects.filter(pk__in=message_ids, withdrawn_reason="")
    waiting = chosen.filter(status=Message.Status.QUEUED, due_at__gt=now).exclude(last_error="")
    again = {"due_at": now, "published_at": None, "lease_expires_at": None}
    with transaction.atomic():
        changed = waiting.update(**again)
        failed = chosen.filter(status=Message.Status.FAILED)
        changed += failed.update(status=Message.Status.QUEUED, attempts=0, **again)
    if changed:
        _wake_sweeper_after_commit()
    return changed


def _why_not_resend(
    message: Message | None, original: Message | None, coming: set[int], now_so: owners.Present | None
) -> Refused | None:
    """Why this message can't be sent again; `coming` are first rows that are already on their way once more."""
    if message is None or original is None:
        return NotFound("This message")
    reason = message.withdrawn_reason or original.withdrawn_reason or (now_so.unwanted if now_so else "")
    if reason or message.status == Message.Status.WITHDRAWN:
        return NoLongerTrue(reason)
    if message.status in ON_THEIR_WAY:
        return NotOver()
    if original.pk in coming:
        return AlreadyResent()
    return None


def _on_their_way(original_ids: Collection[int]) -> set[int]:
    """Those of these first rows of which they or a resend are still to be sent."""
    family = Message.objects.filter(Q(pk__in=original_ids) | Q(resend_of__in=original_ids), status__in=ON_THEIR_WAY)
    return set(family.values_list(Coalesce("resend_of", "pk"), flat=True))


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


def _publish_after_commit(messages: Sequence[tuple[int, str]]) -> None:
    """(id, kind) each."""

    def publish_all() -> None:
        for message_id, kind in messages:
            dispatch.wake(task_name(kind), message_id, confirmed=handover.note_published)

    if messages:
        transaction.on_commit(publish_all, robust=True)


def _wake_sweeper_after_commit() -> None:
    transaction.on_commit(lambda: dispatch.wake(SWEEPER), robust=True)
