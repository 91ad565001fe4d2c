"""What becomes of bookings when their departure is over."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from bookings import emails
from bookings.actors import SYSTEM, Actor
from bookings.models import Booking, Departure
from bookings.outcome import Outcome
from bookings.refusals.booking import NotDeparted
from bookings.services.rows import change_status, sort_out, why_not_change
from bookings.services.transitions import BATCH, Status
from bookings.timeline.status import StatusChanged
from notifications import outbox
from notifications.refusals import Refused


@transaction.atomic
def mark_no_shows(*, booking_ids: Sequence[int], actor: Actor, now: datetime) -> Outcome[Booking]:
    """confirmed|completed → no_show, once the departure has started. The seats stay taken."""

    def why_not(booking: Booking) -> Refused | None:
        if refusal := why_not_change(booking, "mark_no_show"):
            return refusal
        if booking.departure.starts_at > now:
            return NotDeparted(booking.reference, booking.departure.code)
        return None

    outcome = sort_out(booking_ids, why_not)
    change_status(outcome.done, Status.NO_SHOW, actor=actor, now=now)
    emails.withdraw_unwanted(outcome.done, to=Status.NO_SHOW, reason="The departure has left.")
    return outcome


@transaction.atomic
def unmark_no_shows(*, booking_ids: Sequence[int], actor: Actor, now: datetime) -> Outcome[Booking]:
    """no_show → completed when the departure is over, else confirmed."""
    outcome = sort_out(booking_ids, lambda b: why_not_change(b, "unmark_no_show"))
    over = [b for b in outcome.done if b.departure.ends_at <= now]
    on_the_way = [b for b in outcome.done if b.departure.ends_at > now]
    change_status(over, Status.COMPLETED, actor=actor, now=now, entry=StatusChanged("no_show_undone"))
    change_status(on_the_way, Status.CONFIRMED, actor=actor, now=now, entry=StatusChanged("no_show_undone"))
    return outcome


def complete_departures(*, now: datetime) -> int:
    """open|closed departures that have ended → completed, with their bookings. Returns how many departures."""
    over = Departure.objects.filter(status__in=Departure.CHANGES["complete"].sources, ends_at__lte=now)
    ids = list(over.values_list("pk", flat=True)[:BATCH])
    while left := _confirmed_on(ids):
        if not _complete(left, now):
            break
    close_waiting_lists(departure_ids=ids, now=now)
    return over.filter(pk__in=ids).update(status=Departure.Status.COMPLETED)


def _confirmed_on(departure_ids: Sequence[int]) -> list[int]:
    query = Booking.objects.filter(departure__in=departure_ids, status=Status.CONFIRMED)
    return list(query.order_by("pk").values_list("pk", flat=True)[:BATCH])


@transaction.atomic
def _complete(booking_ids: Sequence[int], now: datetime) -> int:
    outcome = sort_out(booking_ids, lambda b: why_not_change(b, "complete"))
    change_status(outcome.done, Status.COMPLETED, actor=SYSTEM, now=now, entry=StatusChanged("departure_ended"))
    emails.withdraw_unwanted(outcome.done, to=Status.COMPLETED, reason="The departure has ended.")
    return len(outcome.done)


@transaction.atomic
def close_waiting_lists(*, departure_ids: Sequence[int], now: datetime) -> None:
    """Who still waits when the departure is over waits no more; a mail about it would help nobody."""
    waiting = Booking.objects.filter(departure__in=departure_ids, status=Status.WAITLISTED)
    outcome = sort_out(list(waiting.values_list("pk", flat=True)), lambda b: why_not_change(b, "close_waiting"))
    none = StatusChanged("no_seat_came_free")
    change_status(outcome.done, Status.CANCELLED, actor=SYSTEM, now=now, entry=none, cancel_reason=f"{none}")
    outbox.withdraw(topics=[b.topic for b in outcome.done], reason=f"{none}")
