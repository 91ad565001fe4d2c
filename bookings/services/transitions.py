"""Confirm, cancel, expire, bring back: each for a set of bookings, in a number of statements that doesn't grow."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from bookings import emails
from bookings.actors import SYSTEM, Actor
from bookings.models import Booking
from bookings.outcome import Outcome
from bookings.refusals.booking import AlreadyCancelled, AlreadyConfirmed, DepositMissing, HoldChanged
from bookings.refusals.shared import ReasonMissing
from bookings.services.confirm import confirm, confirm_covered
from bookings.services.rows import change_status, sort_out, why_not_change
from bookings.services.seats import give_back, reread_departures, seats_of, take_seats
from bookings.services.terms import balance_due_on, hold_until
from bookings.timeline.status import Cancelled, ConfirmedUnpaid, StatusChanged
from bookings.wording import going_back, money
from notifications.refusals import Refused

Status = Booking.Status
BATCH = 500


def need_reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise ReasonMissing
    return reason[:255]


@transaction.atomic
def confirm_bookings(
    *, booking_ids: Sequence[int], actor: Actor, now: datetime, unpaid_reason: str = ""
) -> Outcome[Booking]:
    """pending → confirmed where the deposit is paid and stays, or with `unpaid_reason` whatever is paid.

    Mails each customer.
    """

    def why_not(booking: Booking) -> Refused | None:
        if booking.status == Status.CONFIRMED:
            return AlreadyConfirmed(booking.reference)
        if refusal := why_not_change(booking, "confirm"):
            return refusal
        if booking.staying < booking.deposit_due and not unpaid_reason.strip():
            owed = money(booking.deposit_due - booking.staying, booking.currency)
            return DepositMissing(booking.reference, owed, going_back(booking))
        return None

    outcome = sort_out(booking_ids, why_not)
    entry = ConfirmedUnpaid(need_reason(unpaid_reason)) if unpaid_reason.strip() else None
    pairs = confirm(outcome.done, actor=actor, now=now, entry=entry)
    emails.replace("booking_confirmed", pairs, now=now, reason="The booking was confirmed.")
    return outcome


@transaction.atomic
def cancel_bookings(*, booking_ids: Sequence[int], reason: str, actor: Actor, now: datetime) -> Outcome[Booking]:
    """waitlisted|pending|confirmed → cancelled: seats go back, unsent mail is withdrawn, the customer is told."""
    reason = need_reason(reason)

    def why_not(booking: Booking) -> Refused | None:
        if booking.status == Status.CANCELLED:
            return AlreadyCancelled(booking.reference)
        return why_not_change(booking, "cancel")

    outcome = sort_out(booking_ids, why_not)
    held = seats_of(outcome.done)
    pairs = change_status(
        outcome.done,
        Status.CANCELLED,
        actor=actor,
        now=now,
        entry=Cancelled(reason),
        cancel_reason=reason,
        hold_expires_at=None,
    )
    facts = {"reason": emails.quoted(reason, actor)}
    emails.replace("booking_cancelled", pairs, now=now, reason="The booking was cancelled.", facts=facts)
    give_back(held)
    return outcome


def expire_holds(*, now: datetime) -> int:
    """pending → expired for every hold that is over, with no money that stays and none on its way. Returns how many."""
    done = 0
    while True:
        over = Booking.objects.filter(status=Status.PENDING, hold_expires_at__lte=now, payment_open=False)
        due = over.filter(paid__lte=F("going_back"))
        ids = list(due.order_by("hold_expires_at").values_list("pk", flat=True)[:BATCH])
        if not ids:
            return done
        expired = _expire(ids, now)
        if not expired:  # others were faster; what is left waits for the next tick
            return done
        done += expired


@transaction.atomic
def _expire(booking_ids: Sequence[int], now: datetime) -> int:
    def why_not(booking: Booking) -> Refused | None:
        over = booking.hold_expires_at is not None and booking.hold_expires_at <= now
        no_money = booking.staying <= 0 and not booking.payment_open
        if over and no_money and booking.allows("expire"):
            return None
        return HoldChanged()

    outcome = sort_out(booking_ids, why_not)
    held = seats_of(outcome.done)
    pairs = change_status(
        outcome.done, Status.EXPIRED, actor=SYSTEM, now=now, entry=StatusChanged("hold_over"), hold_expires_at=None
    )
    emails.replace("booking_expired", pairs, now=now, reason="The hold was over.")
    give_back(held)
    return len(outcome.done)


@transaction.atomic
def reinstate_booking(*, booking_id: int, actor: Actor, now: datetime) -> Booking:
    """expired|cancelled → pending, and confirmed when the deposit is covered; only if the seats are free."""
    outcome = sort_out([booking_id], lambda b: why_not_change(b, "reinstate"))
    booking = outcome.single()
    take_seats(departure_id=booking.departure_id, seats=booking.party_size, now=now)
    reread_departures([booking])
    hold = hold_until(booking.departure, now)
    pairs = change_status(
        [booking],
        Status.PENDING,
        actor=actor,
        now=now,
        entry=StatusChanged("brought_back"),
        hold_expires_at=hold,
        cancel_reason="",
        balance_due_on=balance_due_on(booking.departure, now),
    )
    kind = "booking_confirmed" if confirm_covered([booking], actor=actor, now=now) else "booking_confirmation"
    emails.replace(kind, pairs, now=now, reason="The booking was brought back.")
    return booking
