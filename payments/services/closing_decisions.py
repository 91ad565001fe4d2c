"""Closing entries of “Needs a decision” with a reason, and opening them again. No money moves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from bookings.actors import Actor
from bookings.models import Booking
from bookings.outcome import Outcome
from bookings.services.rows import add_events, lock_bookings
from bookings.services.transitions import need_reason
from notifications.refusals import NotFound, Refused
from payments.models import ClosedDecision, ProviderEvent
from payments.refusals.decisions import ClosedBy, ClosedJustNow, DecisionChanged, NotClosed
from payments.refusals.shared import NoPerson
from payments.services.decision_entries import DecisionEntry, find_entries
from payments.services.decisions import Decision, Kind
from payments.services.provider_events.inbox import set_all_aside
from payments.timeline.decisions import DecisionsClosed, DecisionsReopened


@transaction.atomic
def close_decisions(
    *, entries: Sequence[DecisionEntry], reason: str, actor: Actor, now: datetime
) -> Outcome[ClosedDecision]:
    """Each leaves the list until its facts are other ones. Refused: changed since it was shown, closed by another."""
    reason = need_reason(reason)
    if actor.user is None:
        raise NoPerson
    closed_before = _closed(entries)  # first: who closes one after this look takes it off the list that is read next
    seen = found = find_entries(entries, now=now)
    if bookings := _lock(seen.values()):  # once more, under the locks
        closed_before, found = _closed(entries), find_entries(entries, now=now)
    outcome = Outcome[ClosedDecision]()
    for entry in dict.fromkeys(entries):
        before, decision = closed_before.get(entry), found.get(entry)
        if decision is None or (before and entry.kind != Kind.EVENT):
            outcome.refused.append(_why_not_close(entry, seen.get(entry), before))
        else:
            outcome.done.append(_row(entry, decision, reason, actor, now))
    _write(outcome, closed_before, bookings, actor, now)
    events = [row.object_id for row in outcome.done if row.kind == Kind.EVENT]
    if events:
        set_all_aside(event_ids=events, reason=reason, actor=actor)
    return outcome


def _lock(decisions: Iterable[Decision]) -> list[Booking]:
    return lock_bookings({decision.booking.pk for decision in decisions if decision.booking})


def _closed(entries: Iterable[DecisionEntry]) -> dict[DecisionEntry, ClosedDecision]:
    """By the entry that they hide."""
    same = Q(pk__in=())
    for kind, ids in _by_kind(entries).items():
        same |= Q(kind=kind, object_id__in=ids)
    rows = ClosedDecision.objects.filter(same, reopened_at__isnull=True)
    return {DecisionEntry(row.kind, row.object_id, row.fingerprint): row for row in rows}


def _by_kind(entries: Iterable[DecisionEntry]) -> dict[str, list[int]]:
    found = defaultdict(list)
    for entry in entries:
        found[entry.kind].append(entry.object_id)
    return found


def _why_not_close(entry: DecisionEntry, seen: Decision | None, before: ClosedDecision | None) -> tuple[str, Refused]:
    if before:
        return before.name, ClosedBy(before.name, before.closed_by_label, before.reason)
    name = seen.name if seen else f"{Kind(entry.kind).label} #{entry.object_id}"
    return name, DecisionChanged(name)


def _row(entry: DecisionEntry, decision: Decision, reason: str, actor: Actor, now: datetime) -> ClosedDecision:
    return ClosedDecision(
        kind=entry.kind,
        object_id=entry.object_id,
        fingerprint=entry.fingerprint,
        name=decision.name[:100],
        booking=decision.booking,
        what=decision.what[:500],
        reason=reason,
        closed_by=actor.user,
        closed_by_label=actor.label,
        closed_at=now,
    )


def _write(
    outcome: Outcome[ClosedDecision],
    closed_before: Mapping[DecisionEntry, ClosedDecision],
    bookings: Sequence[Booking],
    actor: Actor,
    now: datetime,
) -> None:
    """The rows, in place of those with older facts, and a line on each booking's timeline."""
    done = {(row.kind, row.object_id) for row in outcome.done}
    try:
        with transaction.atomic():  # no row is ended that another clerk has made meanwhile
            _end([row for row in closed_before.values() if (row.kind, row.object_id) in done], "Newer facts", now)
            ClosedDecision.objects.bulk_create(outcome.done, batch_size=500)
    except IntegrityError:  # what has no booking isn't locked: another clerk was faster
        outcome.refused += [(row.name, ClosedJustNow()) for row in outcome.done]
        outcome.done = []
    tell(outcome.done, bookings, actor=actor, now=now)


def _end(rows: Iterable[ClosedDecision], label: str, now: datetime) -> int:
    alive = ClosedDecision.objects.filter(pk__in=[row.pk for row in rows], reopened_at__isnull=True)
    return alive.update(reopened_at=now, reopened_by_label=label)


def tell(
    rows: Iterable[ClosedDecision], bookings: Sequence[Booking], *, reopened: bool = False, actor: Actor, now: datetime
) -> None:
    entry = DecisionsReopened if reopened else DecisionsClosed
    closed: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        if row.booking_id:
            closed[row.booking_id].append((row.kind, row.reason))
    told = [booking for booking in bookings if booking.pk in closed]
    if told:
        add_events(told, {pk: entry(of_one) for pk, of_one in closed.items()}, actor=actor, now=now)


@transaction.atomic
def reopen_decisions(*, closed_ids: Sequence[int], actor: Actor, now: datetime) -> Outcome[ClosedDecision]:
    """They stand on the list again, if they still need a decision."""
    if actor.user is None:
        raise NoPerson
    bookings = lock_bookings(
        ClosedDecision.objects.filter(pk__in=closed_ids, booking__isnull=False).values_list("booking_id", flat=True)
    )
    outcome = Outcome[ClosedDecision]()
    rows = ClosedDecision.objects.select_for_update().filter(pk__in=closed_ids).order_by("pk")
    for row in rows:
        if row.reopened_at is None:
            outcome.done.append(row)
        else:
            outcome.refused.append((str(row), NotClosed(str(row))))
    if not rows:
        raise NotFound("The closed decision")
    _end(outcome.done, actor.label, now)
    events = [row.object_id for row in outcome.done if row.kind == Kind.EVENT]
    ignored = ProviderEvent.objects.filter(pk__in=events, status=ProviderEvent.Status.IGNORED)
    ignored.update(status=ProviderEvent.Status.UNMATCHED)
    tell(outcome.done, bookings, reopened=True, actor=actor, now=now)
    return outcome
