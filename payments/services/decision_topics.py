"""What needs a decision, topic by topic: who finds it, who may see it."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Final

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from bookings.models import Booking, BookingEvent
from bookings.services.cancellation import cancelled_at
from payments.gateway import registry
from payments.models import ClosedDecision, Payment, ProviderEvent, Refund
from payments.services import provider_alarm
from payments.services.decisions import RECENT, SHOWN, SLOW, Decision, Kind, Look, Topic
from payments.services.refunds.owed import bookings_to_look_at, in_chunks, overpaid_bookings
from payments.services.refunds.propose import left_on, propose_for_booking
from payments.services.times import HOUR, LINK_MARGIN, link_life


def _in_review(look: Look) -> Iterator[Decision]:
    rows = Payment.objects.filter(status=Payment.Status.REVIEW)
    for payment in _payments(look, Kind.REVIEW, rows):
        since = payment.checked_at or payment.created_at
        yield Decision(payment, payment.check_note, since, payment.status, payment.booking)


def _unanswered(look: Look) -> Iterator[Decision]:
    """An answer would have closed or settled it by now: whatever was asked, nothing came back."""
    patient = look.now - max(HOUR, link_life() + LINK_MARGIN)
    rows = Payment.objects.online().filter(
        status__in=(*Payment.OPEN, Payment.Status.FAILED),
        created_at__lte=patient,
        next_check_at__isnull=False,
    )
    for payment in _payments(look, Kind.UNANSWERED, rows):
        what = payment.check_note or "Nobody was asked yet."
        yield Decision(payment, what, payment.created_at, payment.status, payment.booking)


def _payments(look: Look, kind: Kind, rows: QuerySet[Payment]) -> Iterator[Payment]:
    yield from look.at(kind, rows.select_related("booking__customer").prefetch_related("refunds").order_by("pk"))


def _to_approve(look: Look) -> Iterator[Decision]:
    rows = Refund.objects.filter(status=Refund.Status.REQUESTED)
    yield from _refunds(look, Kind.TO_APPROVE, rows, lambda refund: refund.created_at)


def _to_pay_out(look: Look) -> Iterator[Decision]:
    rows = Refund.objects.filter(status=Refund.Status.APPROVED).exclude(way=Refund.Way.PROVIDER)
    yield from _refunds(look, Kind.TO_PAY_OUT, rows, lambda refund: refund.created_at)


def _unclear(look: Look) -> Iterator[Decision]:
    slow = Q(status=Refund.Status.PROCESSING, sent_at__lte=look.now - SLOW)
    rows = Refund.objects.filter(Q(status=Refund.Status.UNKNOWN) | slow)
    yield from _refunds(look, Kind.UNCLEAR, rows, lambda refund: refund.sent_at or refund.created_at)


def _failed(look: Look) -> Iterator[Decision]:
    """Sent and not paid, and nothing was made in its place since."""
    later = Refund.objects.filter(payment=OuterRef("payment"), pk__gt=OuterRef("pk"))
    rows = Refund.objects.filter(status=Refund.Status.FAILED, sent_at__gte=look.now - RECENT)
    rows = rows.exclude(Exists(later.exclude(status=Refund.Status.FAILED)))
    yield from _refunds(look, Kind.FAILED, rows, lambda refund: refund.sent_at or refund.created_at)


def _taken_back(look: Look) -> Iterator[Decision]:
    """By the bank or at the provider, without us; until it is paid again or the booking is over."""
    outside = Q(kind=Refund.Kind.REVERSAL) | Q(kind=Refund.Kind.REFUND, requested_by__isnull=True)
    rows = Refund.objects.filter(
        outside,
        status=Refund.Status.SUCCEEDED,
        payment__booking__status__in=Booking.HOLDS_SEATS,
        payment__booking__paid__lt=F("payment__booking__total"),
    )
    yield from _refunds(look, Kind.TAKEN_BACK, rows, lambda refund: refund.succeeded_at or refund.created_at)


def _refunds(look: Look, kind: Kind, rows: QuerySet[Refund], since: Callable[[Refund], datetime]) -> Iterator[Decision]:
    rows = rows.select_related("payment__booking__customer").prefetch_related("payment__refunds").order_by("pk")
    for refund in look.at(kind, rows):
        payment, words = refund.payment, refund.check_note or refund.reason
        refundable = [payment] if refund.status == Refund.Status.FAILED and left_on(payment) > 0 else []
        yield Decision(refund, words, since(refund), refund.status, payment.booking, refund.amount, refundable)


def _money_left(look: Look) -> Iterator[Decision]:
    """On cancelled and expired bookings, where some of it is owed: what the terms let us keep is no decision."""
    for booking, facts in _bookings(bookings_to_look_at(only=look.only)):
        since = cancelled_at(booking) or booking.updated_at
        yield from _owed(booking, facts, since, look.now)


def _overpaid(look: Look) -> Iterator[Decision]:
    for booking, facts in _bookings(overpaid_bookings(only=look.only)):
        yield from _owed(booking, facts, booking.updated_at, look.now)


def _owed(booking: Booking, facts: str, since: datetime, now: datetime) -> Iterator[Decision]:
    proposal = propose_for_booking(booking=booking, now=now)
    if proposal.amount > 0:  # else it is on its way back
        yield Decision(booking, proposal.why, since, facts, booking, proposal.amount, _refundable(booking))


def _bookings(facts: dict[int, str]) -> Iterator[tuple[Booking, str]]:
    """In this order, with all that a proposal reads; as many at a time as are probably shown."""
    ends = Prefetch("events", BookingEvent.objects.filter(to_status__in=Booking.GONE).order_by("pk"))
    rows = Booking.objects.select_related("customer", "departure__trip").prefetch_related("payments__refunds", ends)
    for chunk in in_chunks(list(facts)):
        found = rows.in_bulk(chunk)
        yield from ((found[pk], facts[pk]) for pk in chunk if pk in found)


def _refundable(booking: Booking) -> list[Payment]:
    paid = [p for p in booking.payments.all() if p.status == Payment.Status.SUCCEEDED and left_on(p) > 0]
    for payment in paid:
        payment.booking = booking
    return paid[:3]


def _events(look: Look) -> Iterator[Decision]:
    rows = ProviderEvent.objects.filter(
        status__in=(ProviderEvent.Status.UNMATCHED, ProviderEvent.Status.FAILED), received_at__gte=look.now - RECENT
    )
    rows = rows.select_related("payment__booking__customer").order_by("-pk")
    # No look at what was closed: that moves an event's own status, and who processes it again wants to see it.
    rows = rows.filter(pk__in=look.only) if look.only is not None else rows[: SHOWN + 1]
    for event in rows:
        booking = event.payment.booking if event.payment else None
        what = f"{event.tx_ref}: {event.last_error}".strip(": ")
        yield Decision(event, what, event.received_at, event.status, booking)


def alarms(look: Look) -> Iterator[Decision]:
    """At the most one: of the provider that is used today. It goes by itself."""
    gateway = registry.current()
    alarm = provider_alarm.standing(gateway.method) if gateway else None
    if alarm is None or alarm.began_at is None or (look.only is not None and alarm.pk not in look.only):
        return
    facts = f"{alarm.began_at:%Y%m%d%H%M%S%f}"
    closed = ClosedDecision.objects.filter(kind=Kind.PROVIDER, object_id=alarm.pk, fingerprint=facts)
    if look.only is not None or not closed.filter(reopened_at__isnull=True).exists():
        yield Decision(alarm, provider_alarm.sentence(alarm), alarm.began_at, facts)


REVIEWS, REFUNDS, INBOX = "payments.review_payment", "payments.refund_payment", "payments.replay_providerevent"
TOPICS: Final = (
    Topic(Kind.PROVIDER, "It concerns all payments online. It goes from here when a call succeeds.", INBOX, alarms),
    Topic(Kind.REVIEW, "Something else came than what was asked. Keep it, or reject it.", REVIEWS, _in_review),
    Topic(Kind.TO_APPROVE, "Not by who asked for them.", "payments.approve_refund", _to_approve),
    Topic(Kind.TO_PAY_OUT, "Approved; hand over or transfer the money, then say so.", REFUNDS, _to_pay_out),
    Topic(Kind.UNCLEAR, "Check first; look at the provider before you decide.", REFUNDS, _unclear),
    Topic(Kind.FAILED, "The customer hasn't got the money. Pay it back another way.", REFUNDS, _failed),
    Topic(Kind.MONEY_LEFT, "Bring the booking back, or pay the money back.", REFUNDS, _money_left),
    Topic(Kind.OVERPAID, "Pay the excess back.", REFUNDS, _overpaid),
    Topic(Kind.TAKEN_BACK, "By the bank or at the provider; the booking owes it again.", REFUNDS, _taken_back),
    Topic(Kind.UNANSWERED, "Only a person closes these without it. The note says why.", REVIEWS, _unanswered),
    Topic(Kind.EVENT, "Look at the provider; process them again, or close them.", INBOX, _events),
)


def topic_of(kind: str) -> Topic | None:
    return next((topic for topic in TOPICS if topic.kind == kind), None)
