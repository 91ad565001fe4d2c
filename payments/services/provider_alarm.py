"""What concerns every payment at a provider: it refuses our key or our account, or says nothing for long.

Each call's outcome is noted here (providers.py). A provider's alarm is one row: it begins with the first such answer,
is told once in the log and by mail, and ends by itself with an answer that proves the opposite. What alternates
between right and wrong is told again after TELL_AGAIN only.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import DatabaseError, transaction

from payments import emails
from payments.gateway import Answer, Fault, Gateway
from payments.models import ProviderAlarm
from payments.services.faults import CALLS, Faults, is_noted, proves_something, with_fault, without_fault

logger = logging.getLogger(__name__)
SILENCE: Final = timedelta(minutes=30)  # a provider that is away for less is nobody's business
TELL_AGAIN: Final = timedelta(hours=4)


def standing(provider: str) -> ProviderAlarm | None:
    """The alarm that is to be shown."""
    return ProviderAlarm.objects.filter(provider=provider, began_at__isnull=False).first()


def sentence(alarm: ProviderAlarm) -> str:
    """What the provider said to which calls, for staff."""
    said: dict[str, set[str]] = {}
    for fault in alarm.faults.values():
        said.setdefault(fault["said"], set()).update(fault["calls"])
    return " ".join(
        f"{text} (Asked for: {', '.join(CALLS[call] for call in CALLS if call in calls)}.)"
        for text, calls in said.items()
    )


def note(gateway: Gateway, call: str, answer: Answer, now: datetime) -> None:
    """After each call, outside of any transaction. An alarm that can't be written down never stops the call's work."""
    try:
        if answer.fault:
            ProviderAlarm.objects.get_or_create(provider=gateway.method)
            _change(gateway, lambda faults: with_fault(faults, gateway, call, answer, now), now)
        elif proves_something(answer) and is_noted(gateway):
            _change(gateway, lambda faults: without_fault(faults, gateway, call, answer), now)
    except DatabaseError as error:
        logger.error("What %s answered could not be noted: %s", gateway.label, type(error).__name__)


def _change(gateway: Gateway, change: Callable[[Faults], Faults], now: datetime) -> None:
    """Under the row's lock, so that of many workers one begins the alarm, tells it, or ends it."""
    with transaction.atomic():
        alarm = ProviderAlarm.objects.select_for_update().get(provider=gateway.method)
        began_before, alarm.faults = alarm.began_at, change(alarm.faults)
        loud = [fault["since"] for name, fault in alarm.faults.items() if _is_loud(name, fault, now)]
        alarm.began_at = (alarm.began_at or datetime.fromisoformat(min(loud))) if loud else None
        alarm.seen_at = now
        begins = alarm.began_at is not None and _may_tell(alarm, now)
        if begins:
            alarm.told_at = now
            emails.queue_alarm(alarm, label=gateway.label, said=sentence(alarm), now=now)
        alarm.save()
    if begins:
        logger.error("%s fails for all payments: %s", gateway.label, sentence(alarm))
    elif began_before and not alarm.began_at and alarm.told_at and began_before <= alarm.told_at < now:
        logger.warning("%s works again.", gateway.label)


def _is_loud(name: str, fault: dict[str, Any], now: datetime) -> bool:
    return name != Fault.SILENT or now - datetime.fromisoformat(fault["since"]) >= SILENCE


def _may_tell(alarm: ProviderAlarm, now: datetime) -> bool:
    """Once an alarm, and not again soon after the last one."""
    told, began = alarm.told_at, alarm.began_at
    return told is None or (began is not None and told < began and told <= now - TELL_AGAIN)
