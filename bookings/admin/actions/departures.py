"""The acts on departures."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.admin.effects import mails
from bookings.desk.actions import Act, Order, Wording
from bookings.forms.actions import ReasonForm
from bookings.models import Booking, Departure
from bookings.outcome import Outcome
from bookings.services import departures
from bookings.services.departures import CANCEL, CLOSE, OPEN, StatusChange
from bookings.wording import people

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PERMISSION = "bookings.change_departure_status"


def move(change: StatusChange) -> Callable[[Order], Outcome[Any]]:
    return lambda order: departures.change_departures(departure_ids=order.ids, change=change, now=order.now)


def allowed(change: StatusChange) -> Callable[[Departure, "User", datetime], bool]:
    def allows(departure: Departure, _user: "User", now: datetime) -> bool:
        return departure.status in change.allowed and (change is not OPEN or departure.starts_at > now)

    return allows


def cancel(order: Order) -> Outcome[Any]:
    """The bookings that were cancelled along stand in the message."""
    outcome, cancelled = departures.cancel_departures(
        departure_ids=order.ids, reason=order.answers["reason"], actor=order.actor, now=order.now
    )
    if outcome.done and cancelled:
        outcome.note = f"{cancelled} {'booking was' if cancelled == 1 else 'bookings were'} cancelled with it."
    return outcome


def cancel_effects(rows: Sequence[Departure]) -> Iterator[str]:
    live = Booking.objects.filter(departure__in=rows, status__in=Booking.LIVE).select_related("customer")
    bookings = list(live)
    if not bookings:
        yield "No live bookings are on it."
        return
    seats = sum(booking.party_size for booking in bookings)
    plural = "booking" if len(bookings) == 1 else "bookings"
    yield f"{len(bookings)} live {plural} for {people(seats)} will be cancelled."
    yield from mails("booking_cancelled", [booking.customer for booking in bookings])


ALL = [
    Act(
        name="open",
        label="Open for booking",
        icon="lock_open",
        permission=PERMISSION,
        question=Wording("Open {name} for booking?", "Open {count} departures for booking?"),
        done=Wording("{name} is open.", "{count} departures are open."),
        run=move(OPEN),
        allows=allowed(OPEN),
    ),
    Act(
        name="close",
        label="Close",
        icon="lock",
        permission=PERMISSION,
        question=Wording("Close {name}?", "Close {count} departures?"),
        done=Wording("{name} is closed.", "{count} departures are closed."),
        run=move(CLOSE),
        allows=allowed(CLOSE),
        effects=lambda _rows: ["No more bookings are taken; those that are there stay."],
    ),
    Act(
        name="cancel",
        label="Cancel departure",
        icon="cancel",
        permission=PERMISSION,
        question=Wording("Cancel {name} with all its bookings?", "Cancel {count} departures with all their bookings?"),
        done=Wording("{name} is cancelled.", "{count} departures are cancelled."),
        run=cancel,
        allows=allowed(CANCEL),
        effects=cancel_effects,
        form=ReasonForm,
        danger=True,
    ),
]
