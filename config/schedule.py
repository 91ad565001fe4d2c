"""What beat runs, and how often. These are beginnings: from then on the rows belong to ops."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config.account import mails
from notifications.kinds import SWEEPER
from notifications.models import ReminderRule

UNITS: Final = (("hours", 3600), ("minutes", 60), ("seconds", 1))


@dataclass(frozen=True)
class Job:
    """A task that beat publishes; the queue is that of the task's route (config/queues.py)."""

    task: str
    every: timedelta
    description: str


JOBS: Final = (
    Job(SWEEPER, timedelta(seconds=15), "Publishes mails that are due and frees those a lost worker held."),
    Job("bookings.expire_holds", timedelta(minutes=1), "Ends unpaid holds that are over; the seats come free."),
    Job("bookings.promote_waitlist", timedelta(minutes=1), "Moves waiting groups up when seats are free."),
    Job("bookings.plan_reminders", timedelta(minutes=5), "Queues the reminders whose hour has come."),
    Job("bookings.complete_departures", timedelta(minutes=15), "Closes departures that are over."),
    Job("payments.settle_open_payments", timedelta(minutes=1), "Asks the provider about open payments and refunds."),
    Job("payments.plan_payment_reminders", timedelta(minutes=15), "Queues the payment reminders whose day has come."),
    Job("payments.reconcile", timedelta(hours=24), "Compares the provider's list of payments with ours."),
    Job("bookings.prune_api_requests", timedelta(hours=1), "Forgets old Idempotency-Keys."),
    Job(mails.TASK, timedelta(minutes=1), "Sends password links and notices about accounts that still wait."),
    Job("config.forget_old_log_ins", timedelta(hours=24), "Forgets expired sessions and old log-in attempts."),
    Job("config.close_lost_results", timedelta(minutes=5), "Closes the results of tasks whose worker was killed."),
)
REMINDER_STEP: Final = "reminder rule"
PAYMENT_REMINDER_STEP: Final = "payment reminder rule"


def schedule_steps() -> Iterator[str]:
    """Every job and the first reminder rule, as the names that setup remembers."""
    yield from (f"job:{job.task}" for job in JOBS)
    yield REMINDER_STEP
    yield PAYMENT_REMINDER_STEP


def give_schedule(*, steps: frozenset[str]) -> None:
    """Make the rows that `steps` (of schedule_steps) name. A row that is there already stays as it is."""
    for job in JOBS:
        if f"job:{job.task}" in steps:
            _schedule(job)
    if REMINDER_STEP in steps and not ReminderRule.objects.filter(kind="departure_reminder").exists():
        ReminderRule.objects.create(kind="departure_reminder", hours_before=48)
    if PAYMENT_REMINDER_STEP in steps and not ReminderRule.objects.filter(kind="payment_reminder").exists():
        ReminderRule.objects.create(kind="payment_reminder", hours_before=72)


def _schedule(job: Job) -> None:
    """On the real models, so that a running beat notices. A tick nobody took in time is dropped, not piled up."""
    seconds = int(job.every.total_seconds())
    period, size = next((period, size) for period, size in UNITS if seconds % size == 0)
    interval, _made = IntervalSchedule.objects.get_or_create(every=seconds // size, period=period)
    PeriodicTask.objects.get_or_create(
        name=job.task,
        defaults={
            "task": job.task,
            "interval": interval,
            "expire_seconds": seconds,
            "description": job.description,
        },
    )
