"""What /readyz looks at, part by part."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Max, QuerySet
from django_celery_beat.models import PeriodicTask
from django_celery_results.models import TaskResult

from config.beat_start import SKEW
from config.broker import working_node
from config.celery import app
from notifications.failures import about_the_server
from notifications.models import Message

ASK_SECONDS = 1.0
LOOKED_AT = 20  # the latest mails of each sort
SEVERAL = 3


def check_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def check_broker() -> str:
    working_node(app)
    return "ok"


def check_beat(now: datetime) -> str:
    seen_at = PeriodicTask.objects.aggregate(at=Max("last_run_at"))["at"]
    return heartbeat(seen_at, now)


def check_workers(now: datetime, *, broker: str) -> str:
    seen_at = TaskResult.objects.filter(date_done__lte=now + SKEW).aggregate(at=Max("date_done"))["at"]
    if heartbeat(seen_at, now) == "ok":
        return "ok"
    # A task that takes longer than this is killed, and that would be a sign of life.
    longest = limit() + timedelta(seconds=app.conf.task_time_limit)
    return heartbeat(seen_at, now, longest) if broker == "ok" and somebody_answers() else "late"


def somebody_answers() -> bool:
    """Any worker. (Beat would answer a ping, but has no queues.)"""
    with app.connection_for_write(working_node(app)) as broker:
        ask = app.control.broadcast
        return bool(ask("active_queues", reply=True, limit=1, timeout=ASK_SECONDS, connection=broker))


def check_mail(now: datetime) -> str:
    """Late: a mail has been due for longer than MAIL_MAX_AGE_SECONDS. Down: the mail server lets none through."""
    queued = Message.objects.queued()
    if lets_none_through(queued):
        return "down"
    oldest = queued.filter(due_at__lte=now).order_by("due_at").values_list("due_at", flat=True).first()
    return "ok" if oldest is None or now - oldest <= timedelta(seconds=settings.MAIL_MAX_AGE_SECONDS) else "late"


def lets_none_through(queued: "QuerySet[Message]") -> bool:
    """Since the last mail that went out, one failed for the server or our account, or several for whatever reason."""
    waiting = queued.exclude(last_error="").order_by("-pk").values_list("task_id", "last_error")[:LOOKED_AT]
    reasons = dict(waiting)
    tries = TaskResult.objects.filter(task_id__in=reasons).values_list("task_id", "date_done")
    sent = Message.objects.filter(status=Message.Status.SENT).order_by("-pk").values_list("sent_at", flat=True)
    sent_at = max((at for at in sent[:LOOKED_AT] if at), default=None)
    failed = [reasons[task_id] for task_id, at in tries if sent_at is None or at > sent_at]
    return len(failed) >= SEVERAL or any(about_the_server(reason) for reason in failed)


def heartbeat(seen_at: datetime | None, now: datetime, age: timedelta | None = None) -> str:
    return "ok" if seen_at is not None and -SKEW <= now - seen_at <= (age or limit()) else "late"


def limit() -> timedelta:
    return timedelta(seconds=settings.HEARTBEAT_MAX_AGE_SECONDS)
