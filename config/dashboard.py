"""The first page: what the clerk must look at today, and whether mail and machines run. Rows only, never the broker.

Every figure is a filtered count on an index that stops at CAP; each person pays only for the cards he may see.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, Max, Min, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator
from django_celery_beat.models import PeriodicTask
from django_celery_results.models import TaskResult

from bookings.models import Booking, Departure
from config.clock import SKEW
from config.readiness import heartbeat
from config.sidebar import list_url, may_view
from config.stand_ins import stand_ins
from notifications.kinds import SWEEPER
from notifications.models import Message
from payments import providers
from payments.admin.filters import AGES as AGES_OF_PAYMENTS
from payments.admin.filters import WAITING
from payments.models import Payment, ProviderEvent, Refund
from payments.services.decisions import Decision, Look, alarms, sections

CAP: Final = 1000
DAYS: Final = 7
DEPARTURES: Final = 12
AGES: Final = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


@dataclass(frozen=True)
class Card:
    """A figure with a link to its rows. `tone` is "", "good", "warn" or "bad"."""

    title: str
    figure: str
    note: str
    url: str
    icon: str
    tone: str = ""


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
    yield _counted(
        Booking.objects.all(),
        Card("Holds that end today", "", "Unpaid; their seats come free", "", "timer"),
        {"status": "pending", "hold_expires_at__gte": now, "hold_expires_at__lt": tomorrow},
        tone="warn",
    )
    yield _counted(
        Booking.objects.all(),
        Card(
            "Part-paid, hold over", "", "They keep their seats: confirm, or cancel and pay back", "", "hourglass_bottom"
        ),
        {"status": "pending", "hold_expires_at__lt": now, "paid__gt": 0},
        tone="bad",
    )
    yield _counted(
        Booking.objects.all(),
        Card("On a waiting list", "", "Moved up by themselves when seats come free", "", "groups"),
        {"status": "waitlisted"},
    )


def money(request: HttpRequest, now: datetime) -> Iterator[Card]:
    yield from decisions(request, now)
    if may_view(request, "bookings.Booking"):
        yield _counted(
            Booking.objects.all(),
            Card("Money on cancelled or expired bookings", "", "What is owed of it needs a decision", "", "savings"),
            {"status__in": ("cancelled", "expired"), "paid__gt": 0},
        )
        late = Card("Overdue bookings", "", "Their day to pay is over; send the link, or a new day", "", "event_busy")
        yield _linked(Booking.objects.overdue(now), late, {"overdue": "yes"}, tone="warn")
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
            yield from (_alarm(decision, now, url) for decision in section.decisions)


def _alarm(decision: Decision, now: datetime, url: str = "") -> Card:
    note = f"Since {ago(decision.since, now)}. {Truncator(decision.what).chars(160)}"
    return Card("Payments online fail", decision.name, note, url, "credit_card_off", "bad")


def payments(now: datetime) -> Iterator[Card]:
    yield _counted(
        Payment.objects.all(),
        Card("Awaited payments", "", "Announced, not here yet", "", "pending_actions"),
        {"status": "pending", "method__in": tuple(Payment.MANUAL)},
    )
    yield _counted(
        Payment.objects.all(),
        Card("Payments in review", "", "Something does not match; a person decides", "", "troubleshoot"),
        {"status": "review"},
        tone="bad",
    )
    unanswered = Payment.objects.online().filter(status__in=WAITING, created_at__lte=now - AGES_OF_PAYMENTS["1h"][1])
    card = Card("Online payments open for an hour", "", "Nobody knows yet what became of them", "", "hourglass_bottom")
    query = {"open_since": "1h", "method__in": ",".join(providers.by_method())}
    yield _linked(unanswered, card, query, tone="warn")


def refunds() -> Iterator[Card]:
    yield _counted(
        Refund.objects.all(),
        Card("Refunds to approve", "", "They wait for a second person", "", "approval"),
        {"status": "requested"},
        tone="warn",
    )
    yield _counted(
        Refund.objects.all(),
        Card("Refunds with an unknown outcome", "", "The provider didn't say; look before you pay", "", "help"),
        {"status": "unknown"},
        tone="bad",
    )


def events() -> Iterator[Card]:
    yield _counted(
        ProviderEvent.objects.all(),
        Card("Events without a payment", "", "Failed or unmatched; look, then process again", "", "move_to_inbox"),
        {"status__in": ("failed", "unmatched")},
        tone="warn",
    )


def mail(now: datetime) -> Iterator[Card]:
    due = Message.objects.due(now)
    oldest = due.order_by("due_at").values_list("due_at", flat=True).first()
    late = oldest is not None and (now - oldest).total_seconds() > settings.MAIL_MAX_AGE_SECONDS
    yield _counted(
        Message.objects.all(),
        Card("Mails to send", "", f"Oldest due {ago(oldest, now)}" if oldest else "None is due", "", "outgoing_mail"),
        {"status": "queued"},
        tone="bad" if late else "",
    )
    yield stuck(now)
    yield _counted(
        Message.objects.all(), Card("Being sent", "", "In a worker's hands now", "", "send"), {"status": "sending"}
    )
    yield _counted(
        Message.objects.all(),
        Card("Failed mails", "", "Given up; correct the cause, then try again", "", "report"),
        {"status": "failed"},
        tone="bad",
    )
    yield _counted(
        Message.objects.all(),
        Card("Bounced mails", "", "The address does not take mail", "", "unsubscribe"),
        {"status": "bounced"},
        tone="warn",
    )


def stuck(now: datetime) -> Card:
    """Each try that failed moves a mail's time on, so it is never late; what tells is that it is still here."""
    rows = Message.objects.queued().exclude(last_error="")
    error = rows.order_by("-due_at").values_list("last_error", flat=True).first()
    if error is None:
        note = "None: each mail went out at the first try"
    else:
        oldest = rows.aggregate(at=Min("created_at"))["at"]
        note = f"Oldest written {ago(oldest, now)}. {Truncator(error).chars(160)}"
    card = Card("Mails waiting after an error", "", note, "", "sync_problem")
    return _counted(rows, card, {"status": "queued", "last_error__gt": ""}, tone="bad")


def running(request: HttpRequest, now: datetime) -> Iterator[Card]:
    """Ops, who see no money, hear here that a provider refuses everything."""
    if not may_view(request, "payments.Payment"):
        yield from (_alarm(decision, now) for decision in alarms(Look(now)))
    yield from replaced()
    yield from machines(now)


def replaced() -> Iterator[Card]:
    """What stands in for a server although the database is a real one."""
    for stand_in in stand_ins():
        yield Card(stand_in.title, "!", stand_in.note, "", "warning", "bad")


def machines(now: datetime) -> Iterator[Card]:
    """Beat notes each run in its row, a worker notes each task that it ends: old rows mean that they stand still."""
    job = PeriodicTask.objects.filter(name=SWEEPER).first()
    swept = TaskResult.objects.filter(task_name=SWEEPER, date_done__lte=now + SKEW)
    url = list_url("django_celery_beat.PeriodicTask")
    if job is not None and not job.enabled:
        yield Card("Beat", "Off", "The mail sweeper is switched off", url, "schedule", "bad")
    else:
        yield _alive("Beat", job.last_run_at if job else None, now, "Last asked for mails to send", url)
    results = list_url("django_celery_results.TaskResult") + "?" + urlencode({"task_name": SWEEPER})
    yield _alive("Workers", swept.aggregate(at=Max("date_done"))["at"], now, "Last looked for mails to send", results)


def _alive(title: str, at: datetime | None, now: datetime, note: str, url: str) -> Card:
    fresh = heartbeat(at, now) == "ok"
    icon = {"Beat": "schedule", "Workers": "memory"}[title]
    if at is not None and at > now + SKEW:
        return Card(title, "In the future", "A clock was ahead; start beat again", url, icon, "bad")
    return Card(title, ago(at, now) if at else "Never", note, url, icon, "good" if fresh else "bad")


def _counted(rows: QuerySet[Any], card: Card, lookups: dict[str, Any], tone: str = "") -> Card:
    """The card with its count, the link to exactly these rows, and `tone` when there are any."""
    query = {key if "__" in key else f"{key}__exact": _text(value) for key, value in lookups.items()}
    return _linked(rows.filter(**lookups), card, query, tone)


def _linked(rows: QuerySet[Any], card: Card, query: dict[str, str], tone: str = "") -> Card:
    """As _counted, where the list finds these rows by a filter of its own."""
    number = rows[: CAP + 1].count()
    url = f"{list_url(rows.model._meta.label)}?{urlencode(query)}"  # noqa: SLF001
    figure = f"{CAP:,}+" if number > CAP else f"{number:,}"
    return Card(card.title, figure, card.note, url, card.icon, tone if number else "")


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)


def ago(at: datetime, now: datetime) -> str:
    """Such as "12 s ago", in the largest unit that fits."""
    seconds = max(int((now - at).total_seconds()), 0)
    size, unit = next(((size, unit) for size, unit in AGES if seconds >= size), AGES[-1])
    return f"{seconds // size} {unit} ago"
