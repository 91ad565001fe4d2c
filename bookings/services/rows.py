"""What every act on a set of bookings shares: lock, sort into allowed and refused, write state and timeline."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bookings.actors import Actor
from bookings.models import Booking, BookingEvent
from bookings.outcome import Outcome
from bookings.refusals.shared import CannotBe
from bookings.timeline import Entry, facts_of, kind_of
from notifications.refusals import NotFound, Refused

Pair = tuple[Booking, BookingEvent]


def lock_bookings(booking_ids: Iterable[int]) -> list[Booking]:
    """The bookings with departure, trip and customer, locked in primary-key order until the transaction ends."""
    ids = set(booking_ids)
    # Without joins: a row that changed while we waited must not fall out because its old departure no longer fits.
    list(Booking.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    query = Booking.objects.select_related("departure__trip", "customer").prefetch_related("travellers")
    return list(query.filter(pk__in=ids).order_by("pk"))


def sort_out(booking_ids: Sequence[int], why_not: Callable[[Booking], Refused | None]) -> Outcome[Booking]:
    """Lock the bookings and split them: `done` may change, `refused` may not, each with its reason."""
    outcome = Outcome[Booking]()
    bookings = lock_bookings(booking_ids)
    for booking in bookings:
        refusal = why_not(booking)
        if refusal is None:
            outcome.done.append(booking)
        else:
            outcome.refused.append((booking.reference, refusal))
    if len(bookings) < len(set(booking_ids)):
        outcome.refused.append(("?", NotFound("A booking")))
    return outcome


def why_not_change(booking: Booking, change: str) -> Refused | None:
    """The refusal when a booking's state doesn't allow the change (a name of Booking.CHANGES), else None."""
    if booking.allows(change):
        return None
    waits = booking.status == Booking.Status.WAITLISTED
    state = "on the waiting list" if waits else booking.get_status_display().lower()
    return CannotBe(booking.reference, state, Booking.CHANGES[change].done)


def change_status(
    bookings: Sequence[Booking],
    to: Booking.Status,
    *,
    actor: Actor,
    now: datetime,
    entry: Entry | None = None,
    **fields: Any,
) -> list[Pair]:
    """Write one new state for locked bookings, each with its timeline row. `fields` are written along."""
    if not bookings:
        return []
    Booking.objects.filter(pk__in=[b.pk for b in bookings]).update(status=to, updated_at=now, **fields)
    events = add_events(bookings, entry, kind=to, to=to, actor=actor, now=now)
    for booking in bookings:
        booking.status = to
        for name, value in fields.items():
            setattr(booking, name, value)
    return list(zip(bookings, events, strict=True))


def add_events(
    bookings: Sequence[Booking],
    entry: Entry | Mapping[int, Entry] | None,
    *,
    actor: Actor,
    now: datetime,
    kind: str = "",
    to: Booking.Status | None = None,
    was: str | None = None,
) -> list[BookingEvent]:
    """One timeline row for each booking; `to` names the new status where the row stands for a status change.

    `entry` is one for all, or each booking's own by its id. The status before is what the bookings have now, or `was`:
    that of new ones is "".
    """
    entries = entry if isinstance(entry, Mapping) else dict.fromkeys((b.pk for b in bookings), entry)
    return BookingEvent.objects.bulk_create(
        BookingEvent(
            booking=booking,
            kind=kind or kind_of(entries[booking.pk]),
            from_status=(booking.status if was is None else was) if to else "",
            to_status=to or "",
            facts=facts_of(entries[booking.pk]),
            actor=actor.user,
            actor_label=actor.label,
            created_at=now,
        )
        for booking in bookings
    )
