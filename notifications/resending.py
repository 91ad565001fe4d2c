"""Earlier mails again: a copy of a sent one, or another try of one that failed."""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from notifications import handover, owners
from notifications.models import Message
from notifications.outbox import CHUNK, FAN_OUT, ON_THEIR_WAY, publish_after_commit, wake_sweeper_after_commit
from notifications.refusals import AlreadyResent, NoAddress, NoLongerTrue, NotFound, NotOver, Refused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


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
        wake_sweeper_after_commit()
    else:
        publish_after_commit([(row.pk, row.kind) for row in rows.values()])
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
        wake_sweeper_after_commit()
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
