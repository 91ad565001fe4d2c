"""Putting departures on sale and taking them off."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count

from django.db import transaction
from django.db.models import Q

from bookings.actors import Actor
from bookings.models import Booking, Departure, Trip
from bookings.outcome import Outcome
from bookings.refusals.seats import DepartedUnopened
from bookings.refusals.shared import CannotBe
from bookings.services.seats import lock_departures
from bookings.services.transitions import cancel_bookings, need_reason
from notifications.refusals import Refused

MOST_CODES = 100  # in one statement


def departure_code(trip: Trip, starts_at: datetime) -> str:
    """Such as LAL-A-20260701-0730, in the trip's own time; the second time of an hour that comes twice gets a -2."""
    local = starts_at.astimezone(trip.zone)
    return f"{trip.code}-{local:%Y%m%d-%H%M}" + "-2" * local.fold


def with_free_codes(departures: Sequence[Departure]) -> Sequence[Departure]:
    """Where another departure has the code already (its trip's time zone was changed since), they get a number."""
    taken: set[str] = set()
    own = [departure.pk for departure in departures if departure.pk]
    for start in range(0, len(departures), MOST_CODES):
        wanted = Q(pk__in=[])
        for departure in departures[start : start + MOST_CODES]:
            wanted |= Q(code__startswith=departure.code)
        taken |= set(Departure.objects.filter(wanted).exclude(pk__in=own).values_list("code", flat=True))
    for departure in departures:
        departure.code = next(code for code in _numbered(departure.code) if code not in taken)
        taken.add(departure.code)
    return departures


def _numbered(code: str) -> Iterator[str]:
    yield code
    yield from (f"{code}-{number}" for number in count(2))


@transaction.atomic
def change_departures(*, departure_ids: Sequence[int], change: str, now: datetime) -> Outcome[Departure]:
    """Make a change of Departure.CHANGES wherever it may be made; the second of two clerks is told."""
    to = Departure.CHANGES[change].to
    outcome = Outcome[Departure]()
    for departure in lock_departures(departure_ids).values():
        if refusal := _why_not_change(departure, change, now):
            outcome.refused.append((departure.code, refusal))
        else:
            outcome.done.append(departure)
            departure.status = to
    Departure.objects.filter(pk__in=[d.pk for d in outcome.done]).update(status=to)
    return outcome


def _why_not_change(departure: Departure, change: str, now: datetime) -> Refused | None:
    if not departure.allows(change):
        return CannotBe(departure.code, departure.get_status_display().lower(), Departure.CHANGES[change].done)
    if change == "open" and departure.starts_at <= now:
        return DepartedUnopened(departure.code)
    return None


def cancel_departures(
    *, departure_ids: Sequence[int], reason: str, actor: Actor, now: datetime
) -> tuple[Outcome[Departure], int]:
    """Cancel them and every live booking on them; each customer is mailed the reason. Also: how many bookings.

    Two transactions, so that bookings are always locked before departures: who booked while the first one ran is
    cancelled by the second, and nobody can follow once the first is committed.
    """
    reason = need_reason(reason)
    with transaction.atomic():
        fit = Departure.objects.filter(pk__in=departure_ids, status__in=Departure.CHANGES["cancel"].sources)
        cancelled = _cancel_live(list(fit.values_list("pk", flat=True)), reason, actor, now)
        outcome = change_departures(departure_ids=departure_ids, change="cancel", now=now)
    return outcome, cancelled + _cancel_live([d.pk for d in outcome.done], reason, actor, now)


def _cancel_live(departure_ids: Sequence[int], reason: str, actor: Actor, now: datetime) -> int:
    live = Booking.objects.filter(departure__in=departure_ids, status__in=Booking.LIVE)
    ids = list(live.values_list("pk", flat=True))
    return len(cancel_bookings(booking_ids=ids, reason=reason, actor=actor, now=now).done) if ids else 0
