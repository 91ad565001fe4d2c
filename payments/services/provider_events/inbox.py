"""The webhook inbox: what came in is a row before it is answered, and the row is the truth of what became of it."""

import hashlib
import logging
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone

from bookings.actors import SYSTEM, Actor
from bookings.services.transitions import need_reason
from notifications.refusals import NotFound
from payments.models import Payment, ProviderEvent
from payments.refusals.decisions import NobodyHasToSee
from payments.services.checkout.verify import verify_payment
from payments.services.provider_events.event_body import event_name, read_event, reference_of, tx_ref_of, without_people
from payments.services.times import PATIENCE

logger = logging.getLogger(__name__)

Status = ProviderEvent.Status
ABOUT_CUSTOMERS = ("charge.", "payment.")  # webhooks of Chapa's v1 and v2
FROM_THE_LIST = "list."  # the daily comparison's rows
KEPT_HEADERS = ("Content-Type", "User-Agent")
BACKOFF = (1, 2, 5, 10, 30, 60, 120, 240, 480, 720)  # minutes; then a person looks, and the poll goes on anyway
LEASE = timedelta(minutes=3)  # longer than processing takes: who died is followed by another


def store_event(*, provider: str, raw: bytes, headers: Mapping[str, str], now: datetime) -> tuple[int, bool]:
    """(id, is it to be processed) of a correctly signed event. The same bytes again are the same row.

    Raises django.db.Error and nothing else, whatever the bytes are.
    """
    key = hashlib.sha256(provider.encode() + b":" + raw).hexdigest()
    event = read_event(raw)
    row, _created = ProviderEvent.objects.get_or_create(
        dedupe_key=key,
        defaults={
            "provider": provider,
            "event": event_name(event),
            "tx_ref": tx_ref_of(event),
            "body": without_people(event) or {"unreadable": f"{len(raw)} bytes"},
            "headers": {name: _printable(headers[name]) for name in KEPT_HEADERS if name in headers},
            "next_try_at": now,
            "received_at": now,
        },
    )
    return row.pk, row.status == Status.RECEIVED


def _printable(text: str) -> str:
    return "".join(char for char in text if " " <= char <= "~")[:200]


def process_event(*, event_id: int, now: datetime) -> str:
    """Work an event off; returns what became of it, or "skipped" when another has it or it was done before.

    What fails for a reason of ours is written down, tried again as any other, and raised.
    """
    event = _claim(event_id, now)
    if event is None:
        return "skipped"
    try:
        status, note = _work(event, now)
    except Exception as error:
        _write_down(event, _after_silence(event), f"An error of ours: {type(error).__name__}.", now)
        raise
    _write_down(event, status, note, now)
    return str(status)


def _claim(event_id: int, now: datetime) -> ProviderEvent | None:
    return ProviderEvent.objects.due(now).claim(event_id, attempts=F("attempts") + 1, next_try_at=now + LEASE)


def _write_down(event: ProviderEvent, status: Status, note: str, now: datetime) -> None:
    wait = timedelta(minutes=BACKOFF[min(event.attempts, len(BACKOFF)) - 1])
    again = now + wait if status == Status.RECEIVED else None
    ProviderEvent.objects.filter(pk=event.pk).update(
        status=status, last_error=note, next_try_at=again, payment=event.payment
    )


def _work(event: ProviderEvent, now: datetime) -> tuple[Status, str]:
    """Whatever an event says: a payment that it names is asked about, and nothing else happens."""
    event.payment = event.payment or _find_payment(event)
    if event.payment is None:
        if event.event.startswith(FROM_THE_LIST):
            return Status.UNMATCHED, event.last_error  # it says what the comparison found
        if event.event.startswith(ABOUT_CUSTOMERS):
            return Status.UNMATCHED, "No payment here has this transaction."
        return Status.IGNORED, "Not about a payment of a customer."
    verified = verify_payment(payment_id=event.payment.pk, source="webhook", actor=SYSTEM, now=now)
    if verified.answered:
        return Status.PROCESSED, verified.payment.check_note
    return _after_silence(event), verified.answer.detail


def _find_payment(event: ProviderEvent) -> Payment | None:
    payments = Payment.objects.filter(method=event.provider)
    reference = reference_of(event.body)
    by_tx_ref = payments.filter(tx_ref=event.tx_ref).first() if event.tx_ref else None
    return by_tx_ref or (payments.filter(provider_reference=reference).first() if reference else None)


def _after_silence(event: ProviderEvent) -> Status:
    return Status.FAILED if event.attempts >= len(BACKOFF) else Status.RECEIVED


def process_due(*, now: datetime, limit: int = 200, seconds: float = 45) -> int:
    """What no task took, or a lost worker held, or is to be tried again, for so many rows and seconds.

    Returns how many were processed.
    """
    end = timezone.now() + timedelta(seconds=seconds)
    due = ProviderEvent.objects.due(now)
    done = silent = 0
    for event_id in list(due.order_by("next_try_at").values_list("pk", flat=True)[:limit]):
        if silent >= PATIENCE or timezone.now() > end:
            break
        try:
            outcome = process_event(event_id=event_id, now=now)
        except Exception as error:  # noqa: BLE001 (one event that we can't digest doesn't hold up the others)
            logger.error("Event %s could not be processed: %s", event_id, type(error).__name__)
            continue
        done += outcome != "skipped"
        silent = silent + 1 if outcome == Status.RECEIVED else 0
    return done


def replay_event(*, event_id: int, now: datetime) -> str:
    """Staff's button: work an event off again, whatever became of it before."""
    if not ProviderEvent.objects.filter(pk=event_id).update(status=Status.RECEIVED, next_try_at=now, attempts=0):
        raise NotFound("The event")
    return process_event(event_id=event_id, now=now)


def set_aside(*, event_id: int, reason: str, actor: Actor) -> ProviderEvent:
    """unmatched|failed → ignored: a person has handled it. What was found stays in its note."""
    done = set_all_aside(event_ids=[event_id], reason=reason, actor=actor)
    event = ProviderEvent.objects.filter(pk=event_id).first()
    if event is None:
        raise NotFound("The event")
    if not done:
        raise NobodyHasToSee(str(event), event.get_status_display().lower())
    return event


def set_all_aside(*, event_ids: Collection[int], reason: str, actor: Actor) -> int:
    """As set_aside; returns how many were."""
    note = f" Handled by {actor.label}: {need_reason(reason)}"
    rows = ProviderEvent.objects.filter(pk__in=event_ids, status__in=(Status.UNMATCHED, Status.FAILED))
    return rows.update(status=Status.IGNORED, last_error=Concat("last_error", Value(note)), next_try_at=None)
