"""Who travels on a booking: what changed is told on its timeline."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from bookings.actors import Actor
from bookings.models import Booking, Traveller
from bookings.services.rows import add_events
from bookings.timeline.changes import NotesChanged
from bookings.timeline.travellers import TravellersChanged

By = Mapping[int, Traveller]
NAMED: Final = 8  # changes in one line; a whole party may be named at once


def travellers_of(booking: Booking) -> By:
    """By id, as they are in the database now."""
    return {traveller.pk: traveller for traveller in Traveller.objects.filter(booking=booking).order_by("pk")}


def note_changes(*, booking: Booking, before: By, notes: bool, actor: Actor, now: datetime) -> None:
    """One timeline row for all that one save of this locked booking changed since `before`; none for nothing.

    `notes`: whether the booking's own were changed. What notes say (diets, illnesses) stays out of the timeline.
    """
    found = list(_changes(before, travellers_of(booking)))
    if not found and not notes:
        return
    more = max(len(found) - NAMED, 0)
    entry = TravellersChanged(found[:NAMED], more, notes) if found else NotesChanged()
    add_events([booking], entry, actor=actor, now=now)


def _changes(before: By, after: By) -> Iterator[tuple[str, list[str]]]:
    for key, old in before.items():
        if key not in after:
            yield "removed", [old.name]
            continue
        new = after[key]
        if new.name != old.name:
            yield "renamed", [old.name, new.name]
        if new.category != old.category:
            yield "category", [new.name, old.category, new.category]
        if new.notes != old.notes:
            yield "notes", [new.name]
    yield from (("added", [new.name]) for key, new in after.items() if key not in before)
