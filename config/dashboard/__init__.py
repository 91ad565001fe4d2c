"""The first page: what the clerk must look at today, and whether mail and machines run. Rows only, never the broker.

Every figure is a filtered count on an index that stops at CAP; each person pays only for the cards he may see.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from bookings.models import Booking, Departure
from config.dashboard.cards import Card, counted
from config.dashboard.machine_cards import mail, running
from config.dashboard.money_cards import events, money
from config.sidebar import list_url, may_view

DAYS: Final = 7
DEPARTURES: Final = 12


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds `sections` (title → cards), `departures` (None: may not see them), `departures_url` and `take_url`."""
    now = timezone.now()
    groups = {
        "Desk": desk(now) if may_view(request, "bookings.Booking") else (),
        "Money": money(request, now) if may_view(request, "payments.Payment") else (),
        "Mail": mail(now) if may_view(request, "notifications.Message") else (),
        "Inbox": events() if may_view(request, "payments.ProviderEvent") else (),
        "Machines": running(request, now) if may_view(request, "django_celery_beat.PeriodicTask") else (),
    }
    shown = [(title, cards) for title, group in groups.items() if (cards := list(group))]
    rows = next_departures(now) if may_view(request, "bookings.Departure") else None
    url = list_url("bookings.Departure") if rows is not None else ""
    take_url = reverse("admin:bookings_booking_add") if request.user.has_perm("bookings.add_booking") else ""
    page = {"title": "Today", "sections": shown, "departures": rows, "departures_url": url, "days": DAYS}
    return context | page | {"take_url": take_url}


def next_departures(now: datetime) -> list[Departure]:
    """Today's and those of the next days, with `waiting` groups each."""
    today = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    live = Departure.objects.filter(
        status__in=(Departure.Status.OPEN, Departure.Status.CLOSED),
        starts_at__gte=today,
        starts_at__lt=today + timedelta(days=DAYS + 1),
    )
    waiting = Count("bookings", filter=Q(bookings__status=Booking.Status.WAITLISTED))
    return list(live.select_related("trip").annotate(waiting=waiting).order_by("starts_at", "code")[:DEPARTURES])


def desk(now: datetime) -> Iterator[Card]:
    tomorrow = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    yield counted(
        Booking.objects.all(),
        Card("Holds that end today", "", "Unpaid; their seats come free", "", "timer"),
        {"status": "pending", "hold_expires_at__gte": now, "hold_expires_at__lt": tomorrow},
        tone="warn",
    )
    yield counted(
        Booking.objects.all(),
        Card(
            "Part-paid, hold over", "", "They keep their seats: confirm, or cancel and pay back", "", "hourglass_bottom"
        ),
        {"status": "pending", "hold_expires_at__lt": now, "paid__gt": 0},
        tone="bad",
    )
    yield counted(
        Booking.objects.all(),
        Card("On a waiting list", "", "Moved up by themselves when seats come free", "", "groups"),
        {"status": "waitlisted"},
    )
