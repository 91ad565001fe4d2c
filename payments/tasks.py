"""What workers do about money. Each task works off what is due, so a lost message costs one tick of beat."""

from typing import Any

from celery import shared_task
from django.utils import timezone

from payments.gateway import sandbox_webhook
from payments.services import gateways, reminders
from payments.services.checkout import hints
from payments.services.checkout.poll import verify_due
from payments.services.ledger import mend_forgotten
from payments.services.provider_events import inbox
from payments.services.provider_events.reconcile import reconcile_payments
from payments.services.provider_refunds import send
from payments.services.refunds import going_back


@shared_task(name="payments.process_provider_event")
def process_provider_event(event_id: int) -> str:
    """What became of the event."""
    return inbox.process_event(event_id=event_id, now=timezone.now())


@shared_task(name="payments.settle_payment")
def settle_payment(payment_id: int) -> str:
    """The payment's status. Somebody hinted that it may have moved."""
    return hints.verify_hinted(payment_id=payment_id, now=timezone.now())


@shared_task(name="payments.send_sandbox_webhook")
def send_sandbox_webhook(checkout_id: int) -> str:
    """What the web answered. The sandbox tells us of a payment as a provider would."""
    return sandbox_webhook.send(checkout_id)


@shared_task(name="payments.send_refund")
def send_refund(refund_id: int) -> str:
    """The refund's status. Posts to the provider once, ever."""
    return send.send_refund(refund_id=refund_id, now=timezone.now())


@shared_task(name="payments.settle_open_payments")
def settle_open_payments() -> dict[str, int]:
    """Events that nobody took, payments and refunds whose time has come."""
    mend_forgotten()
    going_back.correct(now=timezone.now())
    gateways.recheck(now=timezone.now())
    events = inbox.process_due(now=timezone.now())
    payments = verify_due(now=timezone.now())
    return {"events": events, **payments, "refunds": send.work_off_due(now=timezone.now())}


@shared_task(name="payments.plan_payment_reminders")
def plan_payment_reminders() -> int:
    """Reminders queued."""
    return reminders.plan_payment_reminders(now=timezone.now())


@shared_task(name="payments.reconcile")
def reconcile() -> dict[str, Any]:
    """What the provider's list and ours have, each without the other."""
    return reconcile_payments(now=timezone.now())
