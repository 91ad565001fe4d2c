"""What needs a person's decision about money: derived by bounded queries each time it is looked at, kept nowhere."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Final

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet

from bookings.models import Booking, BookingEvent
from bookings.services.cancellation import cancelled_at
from payments.models import Payment, ProviderEvent, Refund
from payments.services.money_left import GONE, LOOKED_AT_ONCE, bookings_to_look_at, in_chunks
from payments.services.proposing import left_on, propose_for_booking
from payments.services.times import HOUR, LINK_MARGIN, link_life

SHOWN: Final = 50  # of each section
RECENT: Final = timedelta(days=30)
SLOW: Final = timedelta(days=7)  # a refund takes one to three working days


@dataclass(frozen=True)
class Decision:
    """One thing to decide: `row` is what it is about, `refundable` are payments from which money can go back."""

    row: Payment | Refund | Booking | ProviderEvent
    what: str
    since: datetime
    booking: Booking | None = None
    amount: Decimal | None = None
    refundable: Sequence[Payment] = field(default=())


@dataclass(frozen=True)
class Section:
    """`more` says that not all are shown."""

    title: str
    hint: str
    decisions: list[Decision]
    more: bool


Find = Callable[[datetime], Iterator[Decision]]


def sections(*, now: datetime, events: bool = True) -> list[Section]:
    """Those that have something in them; the inbox only for who may see it."""
    found = []
    for title, hint, find in SECTIONS:
        if find is _events and not events:
            continue
        decisions = list(islice(find(now), SHOWN + 1))
        if decisions:
            found.append(Section(title, hint, decisions[:SHOWN], len(decisions) > SHOWN))
    return found


def _in_review(_now: datetime) -> Iterator[Decision]:
    for payment in _payments(Payment.objects.filter(status=Payment.Status.REVIEW)):
        yield Decision(payment, payment.check_note, payment.checked_at or payment.created_at, payment.booking)


def _unanswered(now: datetime) -> Iterator[Decision]:
    """An answer would have closed or settled it by now: whatever was asked, nothing came back."""
    patient = now - max(HOUR, link_life() + LINK_MARGIN)
    rows = Payment.objects.filter(
        method__in=Payment.PROVIDER,
        status__in=(*Payment.OPEN, Payment.Status.FAILED),
        created_at__lte=patient,
        next_check_at__isnull=False,
    )
    for payment in _payments(rows):
        yield Decision(payment, payment.check_note or "Nobody was asked yet.", payment.created_at, payment.booking)


def _payments(rows: QuerySet[Payment]) -> Iterator[Payment]:
    yield from rows.select_related("booking__customer").prefetch_related("refunds").order_by("pk")[: SHOWN + 1]


def _to_approve(_now: datetime) -> Iterator[Decision]:
    yield from _refunds(Refund.objects.filter(status=Refund.Status.REQUESTED), lambda refund: refund.created_at)


def _to_pay_out(_now: datetime) -> Iterator[Decision]:
    rows = Refund.objects.filter(status=Refund.Status.APPROVED).exclude(way=Refund.Way.PROVIDER)
    yield from _refunds(rows, lambda refund: refund.created_at)


def _unclear(now: datetime) -> Iterator[Decision]:
    slow = Q(status=Refund.Status.PROCESSING, sent_at__lte=now - SLOW)
    rows = Refund.objects.filter(Q(status=Refund.Status.UNKNOWN) | slow)
    yield from _refunds(rows, lambda refund: refund.sent_at or refund.created_at)


def _failed(now: datetime) -> Iterator[Decision]:
    """Sent and not paid, and nothing was made in its place since."""
    later = Refund.objects.filter(payment=OuterRef("payment"), pk__gt=OuterRef("pk"))
    rows = Refund.objects.filter(status=Refund.Status.FAILED, sent_at__gte=now - RECENT)
    rows = rows.exclude(Exists(later.exclude(status=Refund.Status.FAILED)))
    yield from _refunds(rows, lambda refund: refund.sent_at or refund.created_at)


def _taken_back(_now: datetime) -> Iterator[Decision]:
    """By the bank or at the provider, without us; until it is paid again or the booking is over."""
    outside = Q(kind=Refund.Kind.REVERSAL) | Q(kind=Refund.Kind.REFUND, requested_by__isnull=True)
    rows = Refund.objects.filter(
        outside,
        status=Refund.Status.SUCCEEDED,
        payment__booking__status__in=Booking.HOLDS_SEATS,
        payment__booking__paid__lt=F("payment__booking__total"),
    )
    yield from _refunds(rows, lambda refund: refund.succeeded_at or refund.created_at)


def _refunds(rows: QuerySet[Refund], since: Callable[[Refund], datetime]) -> Iterator[Decision]:
    rows = rows.select_related("payment__booking__customer").prefetch_related("payment__refunds").order_by("pk")
    for refund in rows[: SHOWN + 1]:
        payment, words = refund.payment, refund.check_note or refund.reason
        refundable = [payment] if refund.status == Refund.Status.FAILED and left_on(payment) > 0 else []
        yield Decision(refund, words, since(refund), payment.booking, refund.amount, refundable)


def _money_left(now: datetime) -> Iterator[Decision]:
    """On cancelled and expired bookings. What the terms let us keep is shown for a while, then no more."""
    for booking in _bookings(bookings_to_look_at(now=now)):
        since = cancelled_at(booking) or booking.updated_at
        proposal = propose_for_booking(booking=booking, now=now)
        refundable = _refundable(booking)  # none: all of it is on its way back
        if proposal.amount > 0 or (refundable and since >= now - LOOKED_AT_ONCE):
            yield Decision(booking, proposal.why, since, booking, proposal.amount, refundable)


def _overpaid(now: datetime) -> Iterator[Decision]:
    rows = Booking.objects.filter(status__in=Booking.HOLDS_SEATS, paid__gt=F("total")).order_by("updated_at", "pk")
    for booking in _bookings(list(rows.values_list("pk", flat=True))):
        proposal = propose_for_booking(booking=booking, now=now)
        if proposal.amount > 0:  # else a refund is on its way
            yield Decision(booking, proposal.why, booking.updated_at, booking, proposal.amount, _refundable(booking))


def _bookings(ids: list[int]) -> Iterator[Booking]:
    """In this order, with all that a proposal reads; as many at a time as are probably shown."""
    ends = Prefetch("events", BookingEvent.objects.filter(to_status__in=GONE).order_by("pk"))
    rows = Booking.objects.select_related("customer", "departure__trip").prefetch_related("payments__refunds", ends)
    for chunk in in_chunks(ids):
        found = rows.in_bulk(chunk)
        yield from (found[pk] for pk in chunk if pk in found)


def _refundable(booking: Booking) -> list[Payment]:
    paid = [p for p in booking.payments.all() if p.status == Payment.Status.SUCCEEDED and left_on(p) > 0]
    for payment in paid:
        payment.booking = booking
    return paid[:3]


def _events(now: datetime) -> Iterator[Decision]:
    rows = ProviderEvent.objects.filter(
        status__in=(ProviderEvent.Status.UNMATCHED, ProviderEvent.Status.FAILED), received_at__gte=now - RECENT
    )
    for event in rows.select_related("payment__booking__customer").order_by("-pk")[: SHOWN + 1]:
        booking = event.payment.booking if event.payment else None
        yield Decision(event, f"{event.tx_ref}: {event.last_error}".strip(": "), event.received_at, booking)


SECTIONS: Final[tuple[tuple[str, str, Find], ...]] = (
    ("Payments in review", "Something else came than what was asked. Keep it, or reject it.", _in_review),
    ("Refunds to approve", "Not by who asked for them.", _to_approve),
    ("Refunds to pay out", "Approved; hand over or transfer the money, then say so.", _to_pay_out),
    ("Refunds that are unclear", "Check first; look at the provider before you decide.", _unclear),
    ("Refunds that failed", "The customer hasn't got the money. Pay it back another way.", _failed),
    ("Money on cancelled and expired bookings", "Bring the booking back, or pay the money back.", _money_left),
    ("Paid too much", "Pay the excess back.", _overpaid),
    ("Money that was taken back", "By the bank or at the provider; the booking owes it again.", _taken_back),
    ("The provider doesn't answer", "Only a person closes these without it. The note says why.", _unanswered),
    ("Events that fit nothing", "Look at the provider; process them again, or say that they are seen to.", _events),
)
