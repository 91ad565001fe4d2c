"""From the rows to the broker: which due messages are published, by whom, and how often.

    published_at is empty → held by one publisher for HOLD (lease_expires_at) → published_at, when the broker confirmed
A hold that runs out is worth nothing, so a publisher that dies, or a broker that is away, costs HOLD at the most. A
message that was published is published again only when the queue holds fewer messages than rows wait for theirs:
the broker has lost some, or a worker took one and could not use it. A long queue alone is no reason.
"""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from notifications import dispatch
from notifications.kinds import all_kinds, task_name
from notifications.models import Message

HOLD = timedelta(seconds=10)
CHUNK = 200
SWEEP_SECONDS = 10  # below the sweeper's interval


def sweep() -> tuple[int, int]:
    """Publish all that is due and isn't with the broker; returns (published, left for the next sweep)."""
    deadline = time.monotonic() + SWEEP_SECONDS
    published = 0
    while time.monotonic() < deadline and (rows := _take(now=timezone.now())):
        taken = _publish(rows)
        published += taken
        if taken < len(rows):
            return published, len(rows) - taken
    return published, 0


def note_published(message_ids: Sequence[int]) -> None:
    """The broker confirmed these. What a worker has claimed, or even put off, meanwhile gets no mark."""
    held = Message.objects.queued().filter(pk__in=message_ids, lease_expires_at__isnull=False)
    held.update(published_at=timezone.now(), lease_expires_at=None)


def _publish(rows: Sequence[tuple[int, str]]) -> int:
    """How many of these (id, kind) the broker took; at the first that it doesn't take, the rest is let go."""
    taken = 0
    for message_id, kind in rows:
        if not dispatch.publish(task_name(kind), message_id):
            break
        taken += 1
    ids = [message_id for message_id, _kind in rows]
    note_published(ids[:taken])
    Message.objects.queued().filter(pk__in=ids[taken:]).update(lease_expires_at=None)
    return taken


def _take(*, now: datetime) -> list[tuple[int, str]]:
    free = Q(lease_expires_at=None) | Q(lease_expires_at__lte=now)
    due = Message.objects.due(now).filter(free)
    return _hold(due.filter(published_at=None).order_by("due_at", "pk")[:CHUNK], now) or _hold(_lost(due, now), now)


def _lost(due: QuerySet[Message], now: datetime) -> QuerySet[Message]:
    """The oldest of those that were published, as many as the queue is short of."""
    overdue = Q(published_at__lte=now - timedelta(seconds=settings.OUTBOX_REPUBLISH_SECONDS))
    marked = due.filter(published_at__isnull=False)
    in_queue = dispatch.waiting(next(iter(all_kinds().values())).task_name) if marked.filter(overdue).exists() else None
    missing = 0 if in_queue is None else max(0, marked.count() - in_queue)
    return marked.filter(overdue).order_by("published_at", "pk")[: min(missing, CHUNK)]


@transaction.atomic
def _hold(rows: QuerySet[Message], now: datetime) -> list[tuple[int, str]]:
    """(id, kind) of these rows, which are this publisher's own until HOLD is over. Two sweepers share them out."""
    held = list(rows.select_for_update(skip_locked=True).values_list("pk", "kind"))
    mine = Message.objects.filter(pk__in=[pk for pk, _kind in held])
    mine.update(lease_expires_at=now + HOLD, published_at=None)
    return held
