"""The acts on bookings, in the order of their buttons; each calls its one service."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.html import format_html

from bookings.admin.actions.booking_terms import DUE_DATE
from bookings.admin.effects import mails
from bookings.desk.actions import Act, Order, Wording
from bookings.forms.actions import CURRENT, ConfirmForm, MailForm, PartySizeForm, ReasonForm, RescheduleForm
from bookings.models import Booking
from bookings.outcome import Outcome
from bookings.services import mailing, moving, transitions, waitlist
from bookings.wording import going_back, money

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Status = Booking.Status
Bookings = Sequence[Booking]
SHOWN = 10  # bookings named one by one


def confirm(order: Order) -> Outcome[Any]:
    reason = order.answers.get("unpaid_reason", "")
    return transitions.confirm_bookings(booking_ids=order.ids, actor=order.actor, now=order.now, unpaid_reason=reason)


def can_confirm(booking: Booking, user: "User", _now: datetime) -> bool:
    paid = booking.staying >= booking.deposit_due
    return booking.allows("confirm") and (paid or user.has_perm("bookings.confirm_unpaid_booking"))


def confirm_effects(bookings: Bookings) -> Iterator[str]:
    yield from mails("booking_confirmed", [b.customer for b in bookings if b.staying >= b.deposit_due])
    yield from what_goes_back(bookings)
    for booking in [b for b in bookings if b.staying < b.deposit_due][:SHOWN]:
        owed = money(booking.deposit_due - booking.staying, booking.currency)
        yield f"{booking.reference} lacks {owed} of its deposit: it is confirmed, and mailed, only with a reason below."


def what_goes_back(bookings: Bookings) -> Iterator[str]:
    yield from [text for text in map(going_back, bookings) if text][:SHOWN]


def cancel(order: Order) -> Outcome[Any]:
    reason = order.answers["reason"]
    return transitions.cancel_bookings(booking_ids=order.ids, reason=reason, actor=order.actor, now=order.now)


def cancel_effects(bookings: Bookings) -> Iterator[str]:
    seats = sum(b.party_size for b in bookings if b.status in Booking.HOLDS_SEATS)
    if seats:
        yield f"{seats} {'seat comes' if seats == 1 else 'seats come'} free."
    for booking in [b for b in bookings if b.paid > 0][:SHOWN]:
        yield f"{booking.reference} has {money(booking.paid, booking.currency)} paid, which stays on the booking."
    yield from what_goes_back(bookings)
    yield from mails("booking_cancelled", [b.customer for b in bookings])


def reschedule(order: Order) -> Outcome[Any]:
    target = order.answers["departure"]
    return moving.reschedule_bookings(booking_ids=order.ids, departure_id=target.pk, actor=order.actor, now=order.now)


def change_party(order: Order) -> Outcome[Any]:
    booking = moving.change_party_size(
        booking_id=order.ids[0], party_size=order.answers["party_size"], actor=order.actor, now=order.now
    )
    return Outcome([booking.reference])


def party_effects(bookings: Bookings) -> Iterator[str]:
    for booking in bookings:
        yield f"The price stays {money(booking.unit_price, booking.currency)} a person; total and deposit follow."
    yield from what_goes_back(bookings)
    yield from mails("booking_changed", [b.customer for b in bookings])


def promote(order: Order) -> Outcome[Any]:
    return waitlist.promote_bookings(booking_ids=order.ids, actor=order.actor, now=order.now)


def mark_no_show(order: Order) -> Outcome[Any]:
    return transitions.mark_no_shows(booking_ids=order.ids, actor=order.actor, now=order.now)


def can_mark_no_show(booking: Booking, _user: "User", now: datetime) -> bool:
    return booking.allows("mark_no_show") and booking.departure.starts_at <= now


def unmark_no_show(order: Order) -> Outcome[Any]:
    return transitions.unmark_no_shows(booking_ids=order.ids, actor=order.actor, now=order.now)


def bring_back(order: Order) -> Outcome[Any]:
    booking = transitions.reinstate_booking(booking_id=order.ids[0], actor=order.actor, now=order.now)
    return Outcome([booking.reference])


def bring_back_effects(bookings: Bookings) -> Iterator[str]:
    yield "It takes its seats again, if they are free."
    yield from what_goes_back(bookings)
    for booking in bookings:
        covered = booking.staying >= booking.deposit_due
        yield from mails("booking_confirmed" if covered else "booking_confirmation", [booking.customer])


def send_mail(order: Order) -> Outcome[Any]:
    kind = order.answers.get("kind", CURRENT)
    if kind == CURRENT:
        return mailing.send_current_mail(booking_ids=order.ids, actor=order.actor, now=order.now)
    return mailing.send_again(booking_ids=order.ids, kind=kind, actor=order.actor, now=order.now)


def mail_effects(bookings: Bookings) -> Iterator[str]:
    addresses = {booking.customer.email for booking in bookings}
    if len(addresses) == 1 and "" not in addresses:
        yield f"It goes to {min(addresses)}."
    for booking in [b for b in bookings if not b.customer.email][:SHOWN]:
        url = reverse("admin:bookings_customer_change", args=[booking.customer_id])
        words = "{} has no e-mail address, so no mail can be sent. <a href='{}'>Give one first.</a>"
        yield format_html(words, booking.customer.name, url)


def in_state_for(change: str) -> "Allows":
    return lambda booking, _user, _now: booking.allows(change)


def told_by(kind: str) -> "Effects":
    return lambda bookings: [*what_goes_back(bookings), *mails(kind, [b.customer for b in bookings])]


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
    allows=in_state_for("promote"),
    effects=told_by("booking_promoted"),
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
    allows=in_state_for("reinstate"),
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
    allows=in_state_for("reschedule"),
    effects=told_by("booking_rescheduled"),
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
    allows=in_state_for("change_party"),
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
    label="Undo no-show",
    icon="how_to_reg",
    permission="bookings.mark_no_show_booking",
    question=Wording("Undo the no-show of {name}?", "Undo the no-show of these {count} bookings?"),
    done=Wording("{name} is no longer a no-show.", "{count} bookings are no longer no-shows."),
    run=unmark_no_show,
    allows=in_state_for("unmark_no_show"),
)
RESEND = Act(
    name="resend",
    label="Send a mail",
    icon="forward_to_inbox",
    permission="notifications.resend_message",
    question=Wording("Send a mail about {name}?", "Send a mail about each of {count} bookings?"),
    done=Wording("The mail about {name} is on its way.", "{count} mails are on their way."),
    run=send_mail,
    allows=lambda _booking, _user, _now: True,
    effects=mail_effects,
    form=MailForm,
)
CANCEL = Act(
    name="cancel",
    label="Cancel booking",
    icon="cancel",
    permission="bookings.cancel_booking",
    question=Wording("Cancel {name}?", "Cancel {count} bookings?"),
    done=Wording("{name} is cancelled.", "{count} bookings are cancelled."),
    run=cancel,
    allows=in_state_for("cancel"),
    effects=cancel_effects,
    form=ReasonForm,
    danger=True,
)
ALL = [CONFIRM, PROMOTE, BRING_BACK, RESCHEDULE, CHANGE_PARTY, DUE_DATE, NO_SHOW, WAS_THERE, RESEND, CANCEL]
