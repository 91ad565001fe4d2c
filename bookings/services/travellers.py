"""Who travels on a booking: what changed is told on its timeline."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from bookings.actors import Actor
from bookings.models import Booking, Traveller
from bookings.services.rows import add_events

TOLD: Final = 8  # changes in one line; a whole party may be named at once

By = Mapping[int, Traveller]


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
    told = found[:TOLD] + ([f"and {len(found) - TOLD} more"] if len(found) > TOLD else [])
    kind = "travellers_changed" if found else "notes_changed"
    if found and notes:
        told.append("notes of the booking")
    add_events([booking], kind=kind, text="; ".join(told), actor=actor, now=now)


def _changes(before: By, after: By) -> Iterator[str]:
    for key, old in before.items():
        if key not in after:
            yield f"{old.name} removed"
            continue
        new = after[key]
        if new.name != old.name:
            yield f"{old.name} → {new.name}"
        if new.category != old.category:
            yield f"{new.name} is now {new.get_category_display()}, was {old.get_category_display()}"
        if new.notes != old.notes:
            yield f"notes of {new.name}"
    yield from (f"{new.name} added" for key, new in after.items() if key not in before)
