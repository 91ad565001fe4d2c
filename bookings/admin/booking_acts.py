"""The acts on bookings, in the order of their buttons; each calls its one service."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Max

from bookings.acts import Act, Order, Report, Wording, from_outcome, mails
from bookings.errors import Refused
from bookings.forms.acts import ConfirmForm, PartySizeForm, ReasonForm, RescheduleForm, ResendForm
from bookings.models import Booking
from bookings.services import moving, transitions, waitlist
from bookings.wording import money
from notifications import outbox
from notifications.models import Message

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Status = Booking.Status
Bookings = Sequence[Booking]
SHOWN = 10  # bookings named one by one
LIVE = (Status.WAITLISTED, Status.PENDING, Status.CONFIRMED)


def confirm(order: Order) -> Report:
    reason = order.answers.get("unpaid_reason", "")
    return from_outcome(
        transitions.confirm_bookings(booking_ids=order.ids, actor=order.actor, now=order.now, unpaid_reason=reason)
    )


def can_confirm(booking: Booking, user: "User", _now: datetime) -> bool:
    paid = booking.paid >= booking.deposit_due
    return booking.status == Status.PENDING and (paid or user.has_perm("bookings.confirm_unpaid_booking"))


def confirm_effects(bookings: Bookings) -> Iterator[str]:
    yield from mails("booking_confirmed", [b.customer for b in bookings if b.paid >= b.deposit_due])
    for booking in [b for b in bookings if b.paid < b.deposit_due][:SHOWN]:
        owed = money(booking.deposit_due - booking.paid, booking.currency)
        yield f"{booking.reference} lacks {owed} of its deposit: it is confirmed, and mailed, only with a reason below."


def cancel(order: Order) -> Report:
    reason = order.answers["reason"]
    return from_outcome(
        transitions.cancel_bookings(booking_ids=order.ids, reason=reason, actor=order.actor, now=order.now)
    )


def cancel_effects(bookings: Bookings) -> Iterator[str]:
    seats = sum(b.party_size for b in bookings if b.status in Booking.HOLDS_SEATS)
    if seats:
        yield f"{seats} {'seat comes' if seats == 1 else 'seats come'} free."
    for booking in [b for b in bookings if b.paid > 0][:SHOWN]:
        yield f"{booking.reference} has {money(booking.paid, booking.currency)} paid, which stays on the booking."
    yield from mails("booking_cancelled", [b.customer for b in bookings])


def reschedule(order: Order) -> Report:
    target = order.answers["departure"]
    outcome = moving.reschedule_bookings(
        booking_ids=order.ids, departure_id=target.pk, actor=order.actor, now=order.now
    )
    return from_outcome(outcome)


def change_party(order: Order) -> Report:
    booking = moving.change_party_size(
        booking_id=order.ids[0], party_size=order.answers["party_size"], actor=order.actor, now=order.now
    )
    return Report([booking.reference])


def party_effects(bookings: Bookings) -> Iterator[str]:
    for booking in bookings:
        yield f"The price stays {money(booking.unit_price, booking.currency)} a person; total and deposit follow."
    yield from mails("booking_changed", [b.customer for b in bookings])


def promote(order: Order) -> Report:
    return from_outcome(waitlist.promote_bookings(booking_ids=order.ids, actor=order.actor, now=order.now))


def mark_no_show(order: Order) -> Report:
    return from_outcome(transitions.mark_no_shows(booking_ids=order.ids, actor=order.actor, now=order.now))


def can_mark_no_show(booking: Booking, _user: "User", now: datetime) -> bool:
    return booking.status in (Status.CONFIRMED, Status.COMPLETED) and booking.departure.starts_at <= now


def unmark_no_show(order: Order) -> Report:
    return from_outcome(transitions.unmark_no_shows(booking_ids=order.ids, actor=order.actor, now=order.now))


def bring_back(order: Order) -> Report:
    booking = transitions.reinstate_booking(booking_id=order.ids[0], actor=order.actor, now=order.now)
    return Report([booking.reference])


def bring_back_effects(bookings: Bookings) -> Iterator[str]:
    yield "It takes its seats again, if they are free."
    yield from mails("booking_confirmation", [b.customer for b in bookings])


def resend(order: Order) -> Report:
    """The latest message of the kind about each booking, to its customer's present address."""
    bookings = {b.topic: b for b in Booking.objects.select_related("customer").filter(pk__in=order.ids)}
    found = Message.objects.filter(topic__in=bookings, kind=order.answers["kind"]).order_by()
    latest = {pk: bookings[topic] for topic, pk in found.values_list("topic").annotate(Max("pk"))}
    recipients = {pk: booking.customer.email for pk, booking in latest.items()}
    done, refused = outbox.resend_all(recipients=recipients, user=order.user, now=order.now)
    report = Report([latest[pk].reference for pk in done])
    report.refused = [(latest[pk].reference, Refused(why.code, why.detail)) for pk, why in refused.items()]
    written = {booking.pk for booking in latest.values()}
    none = Refused("no_message", "No such mail was written about it.")
    report.refused += [(b.reference, none) for b in bookings.values() if b.pk not in written]
    return report


def in_status(*statuses: Status) -> "Allows":
    return lambda booking, _user, _now: booking.status in statuses


def mailing(kind: str) -> "Effects":
    return lambda bookings: mails(kind, [b.customer for b in bookings])


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Allows = Callable[[Booking, User, datetime], bool]
    Effects = Callable[[Bookings], Iterable[str]]

CONFIRM = Act(
    name="confirm",
    label="Confirm",
    icon="check_circle",
    permission="bookings.confirm_booking",
    question=Wording("Confirm {name}?", "Confirm {count} bookings?"),
    done=Wording("{name} is confirmed.", "{count} bookings are confirmed."),
    run=confirm,
    allows=can_confirm,
    effects=confirm_effects,
    form=ConfirmForm,
    row_states=(Status.PENDING,),
)
PROMOTE = Act(
    name="promote",
    label="Give seats",
    icon="event_seat",
    permission="bookings.promote_booking",
    question=Wording("Give {name} seats?", "Give {count} waiting bookings seats, oldest first?"),
    done=Wording("{name} is off the waiting list and holds seats.", "{count} bookings are off the waiting list."),
    run=promote,
    allows=in_status(Status.WAITLISTED),
    effects=mailing("booking_confirmation"),
    row_states=(Status.WAITLISTED,),
)
BRING_BACK = Act(
    name="bring-back",
    label="Bring back",
    icon="undo",
    permission="bookings.reinstate_booking",
    question=Wording("Bring {name} back?", "Bring {count} bookings back?"),
    done=Wording("{name} is back and holds its seats.", "{count} bookings are back."),
    run=bring_back,
    allows=in_status(Status.EXPIRED, Status.CANCELLED),
    effects=bring_back_effects,
    bulk=False,
)
RESCHEDULE = Act(
    name="reschedule",
    label="Move to another date",
    icon="event_repeat",
    permission="bookings.reschedule_booking",
    question=Wording("Move {name} to another departure?", "Move {count} bookings to another departure?"),
    done=Wording("{name} is moved.", "{count} bookings are moved."),
    run=reschedule,
    allows=in_status(*LIVE),
    effects=mailing("booking_rescheduled"),
    form=RescheduleForm,
)
CHANGE_PARTY = Act(
    name="party",
    label="Change party size",
    icon="group",
    permission="bookings.reschedule_booking",
    question=Wording("Change the party of {name}?", "Change the party of {count} bookings?"),
    done=Wording("{name} has its new party size.", "{count} bookings have their new party size."),
    run=change_party,
    allows=in_status(*LIVE),
    effects=party_effects,
    form=PartySizeForm,
    bulk=False,
)
NO_SHOW = Act(
    name="no-show",
    label="Mark no-show",
    icon="person_off",
    permission="bookings.mark_no_show_booking",
    question=Wording("Did {name} not show up?", "Did these {count} bookings not show up?"),
    done=Wording("{name} is marked as a no-show.", "{count} bookings are marked as no-shows."),
    run=mark_no_show,
    allows=can_mark_no_show,
    effects=lambda _bookings: ["The seats stay taken, and nobody is mailed."],
)
WAS_THERE = Act(
    name="was-there",
    label="Was there after all",
    icon="how_to_reg",
    permission="bookings.mark_no_show_booking",
    question=Wording("Was {name} there after all?", "Were these {count} bookings there after all?"),
    done=Wording("{name} is no longer a no-show.", "{count} bookings are no longer no-shows."),
    run=unmark_no_show,
    allows=in_status(Status.NO_SHOW),
)
RESEND = Act(
    name="resend",
    label="Send a mail again",
    icon="forward_to_inbox",
    permission="notifications.resend_message",
    question=Wording("Send a mail about {name} again?", "Send a mail about {count} bookings again?"),
    done=Wording("The mail about {name} is on its way again.", "{count} mails are on their way again."),
    run=resend,
    allows=lambda booking, _user, _now: bool(booking.customer.email),
    form=ResendForm,
)
CANCEL = Act(
    name="cancel",
    label="Cancel booking",
    icon="cancel",
    permission="bookings.cancel_booking",
    question=Wording("Cancel {name}?", "Cancel {count} bookings?"),
    done=Wording("{name} is cancelled.", "{count} bookings are cancelled."),
    run=cancel,
    allows=in_status(*LIVE),
    effects=cancel_effects,
    form=ReasonForm,
    danger=True,
)
ALL = [CONFIRM, PROMOTE, BRING_BACK, RESCHEDULE, CHANGE_PARTY, NO_SHOW, WAS_THERE, RESEND, CANCEL]
