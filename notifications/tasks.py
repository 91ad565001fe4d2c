"""One Celery task a mail kind, so that Flower tells them apart, and the sweeper that forgets nothing.

Generated names: notifications.send_booking_confirmation_email, notifications.send_payment_confirmation_email,
notifications.send_payment_failure_email and so on, one for each MailKind. A task's result is a log;
the truth is the message's row. Retries are in the row too: no countdown, no self.retry.
"""

from typing import Any

from celery import Task, shared_task
from django.utils import timezone

from notifications import delivery, handover
from notifications.kinds import SWEEPER, all_kinds


def _send(task: "Task[[int], str]", message_id: int) -> str:
    return delivery.deliver(message_id=message_id, task_id=task.request.id or "", now=timezone.now())


SEND_TASKS: dict[str, Any] = {
    kind.name: shared_task(bind=True, name=kind.task_name)(_send) for kind in all_kinds().values()
}


@shared_task(name=SWEEPER)
def send_due_messages() -> dict[str, int]:
    """Free what lost workers held, then publish what is due and the broker hasn't got."""
    reclaimed = delivery.reclaim_lost(now=timezone.now())
    published, put_back = handover.sweep()
    return {"reclaimed": reclaimed, "published": published, "put_back": put_back}
