"""The first page's cards of money, and of what providers told us."""

from collections.abc import Iterator
from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse

from bookings.models import Booking
from config.dashboard.cards import Card, alarm, counted, linked
from config.sidebar import may_view
from payments import providers
from payments.admin.filters import AGES as AGES_OF_PAYMENTS
from payments.admin.filters import WAITING
from payments.models import Payment, ProviderEvent, Refund
from payments.services.decision_entries import sections
from payments.services.decision_topics import alarms


def money(request: HttpRequest, now: datetime) -> Iterator[Card]:
    yield from decisions(request, now)
    if may_view(request, "bookings.Booking"):
        yield counted(
            Booking.objects.all(),
            Card("Money on cancelled or expired bookings", "", "What is owed of it needs a decision", "", "savings"),
            {"status__in": ("cancelled", "expired"), "paid__gt": 0},
        )
        late = Card("Overdue bookings", "", "Their day to pay is over; send the link, or a new day", "", "event_busy")
        yield linked(Booking.objects.overdue(now), late, {"overdue": "yes"}, tone="warn")
    yield from payments(now)
    if may_view(request, "payments.Refund"):
        yield from refunds()


def decisions(request: HttpRequest, now: datetime) -> Iterator[Card]:
    """As many as the page itself shows; what concerns all payments has a card of its own."""
    found = sections(now=now, events=may_view(request, "payments.ProviderEvent"))
    number = sum(len(section.decisions) for section in found)
    note = ", ".join(section.title for section in found[:3]) + (", …" if len(found) > 3 else "")
    more = "+" if any(section.more for section in found) else ""
    url, tone = reverse("admin:payments_payment_decisions"), "bad" if number else ""
    yield Card("Needs a decision", f"{number}{more}", note or "Nothing does", url, "gavel", tone)
    for section in found:
        if section.topic.find is alarms:
            yield from (alarm(decision, now, url) for decision in section.decisions)


def payments(now: datetime) -> Iterator[Card]:
    yield counted(
        Payment.objects.all(),
        Card("Awaited payments", "", "Announced, not here yet", "", "pending_actions"),
        {"status": "pending", "method__in": tuple(Payment.MANUAL)},
    )
    yield counted(
        Payment.objects.all(),
        Card("Payments in review", "", "Something does not match; a person decides", "", "troubleshoot"),
        {"status": "review"},
        tone="bad",
    )
    unanswered = Payment.objects.online().filter(status__in=WAITING, created_at__lte=now - AGES_OF_PAYMENTS["1h"][1])
    card = Card("Online payments open for an hour", "", "Nobody knows yet what became of them", "", "hourglass_bottom")
    query = {"open_since": "1h", "method__in": ",".join(providers.by_method())}
    yield linked(unanswered, card, query, tone="warn")


def refunds() -> Iterator[Card]:
    yield counted(
        Refund.objects.all(),
        Card("Refunds to approve", "", "They wait for a second person", "", "approval"),
        {"status": "requested"},
        tone="warn",
    )
    yield counted(
        Refund.objects.all(),
        Card("Refunds with an unknown outcome", "", "The provider didn't say; look before you pay", "", "help"),
        {"status": "unknown"},
        tone="bad",
    )


def events() -> Iterator[Card]:
    yield counted(
        ProviderEvent.objects.all(),
        Card("Events without a payment", "", "Failed or unmatched; look, then process again", "", "move_to_inbox"),
        {"status__in": ("failed", "unmatched")},
        tone="warn",
    )
