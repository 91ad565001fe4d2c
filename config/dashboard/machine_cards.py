"""The first page's cards of mail and of the processes that do the work."""

from collections.abc import Iterator
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Max, Min
from django.http import HttpRequest
from django.utils.text import Truncator
from django_celery_beat.models import PeriodicTask
from django_celery_results.models import TaskResult

from config.beat_start import SKEW
from config.dashboard.cards import Card, ago, alarm, counted
from config.readiness_checks import heartbeat
from config.sidebar import list_url, may_view
from config.stand_ins import stand_ins
from notifications.kinds import SWEEPER
from notifications.models import Message
from payments.services.decision_topics import alarms
from payments.services.decisions import Look


def mail(now: datetime) -> Iterator[Card]:
    due = Message.objects.due(now)
    oldest = due.order_by("due_at").values_list("due_at", flat=True).first()
    late = oldest is not None and (now - oldest).total_seconds() > settings.MAIL_MAX_AGE_SECONDS
    yield counted(
        Message.objects.all(),
        Card("Mails to send", "", f"Oldest due {ago(oldest, now)}" if oldest else "None is due", "", "outgoing_mail"),
        {"status": "queued"},
        tone="bad" if late else "",
    )
    yield stuck(now)
    yield counted(
        Message.objects.all(), Card("Being sent", "", "In a worker's hands now", "", "send"), {"status": "sending"}
    )
    yield counted(
        Message.objects.all(),
        Card("Failed mails", "", "Given up; correct the cause, then try again", "", "report"),
        {"status": "failed"},
        tone="bad",
    )
    yield counted(
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
    return counted(rows, card, {"status": "queued", "last_error__gt": ""}, tone="bad")


def running(request: HttpRequest, now: datetime) -> Iterator[Card]:
    """Ops, who see no money, hear here that a provider refuses everything."""
    if not may_view(request, "payments.Payment"):
        yield from (alarm(decision, now) for decision in alarms(Look(now)))
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
