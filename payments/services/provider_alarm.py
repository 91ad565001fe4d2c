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
from payments.gateway import Answer, Fault, Gateway, Verdict
from payments.models import Payment, ProviderAlarm

logger = logging.getLogger(__name__)
SILENCE: Final = timedelta(minutes=30)  # a provider that is away for less is nobody's business
TELL_AGAIN: Final = timedelta(hours=4)
CALLS: Final = {
    "initialise": "payment links",
    "verify": "what became of payments",
    "cancel": "ending links",
    "refund": "refunds",
    "refund_status": "what became of refunds",
    "transactions": "the daily comparison",
}
# Who refuses something isn't silent; who refuses it for another reason than the key has accepted the key.
DISPROVES: Final[dict[str, tuple[str, ...]]] = {
    Fault.SILENT: (),
    Fault.KEY: (Fault.SILENT,),
    Fault.MODE: (Fault.SILENT, Fault.KEY),
    Fault.ACCOUNT: (Fault.SILENT, Fault.KEY),
}
Faults = dict[str, dict[str, Any]]


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
            _change(gateway, lambda faults: _with(faults, gateway, call, answer, now), now)
        elif _proves_something(answer) and _is_noted(gateway):
            _change(gateway, lambda faults: _without(faults, gateway, call, answer), now)
    except DatabaseError as error:
        logger.error("What %s answered could not be noted: %s", gateway.label, type(error).__name__)


def _is_noted(gateway: Gateway) -> bool:
    return ProviderAlarm.objects.filter(provider=gateway.method).exclude(faults={}).exists()


def _proves_something(answer: Answer) -> bool:
    """Also a no: the provider knows us. One that we gave ourselves, without asking anybody, has no `raw`."""
    return answer.verdict is Verdict.DONE or (answer.verdict is Verdict.REFUSED and bool(answer.raw))


def _with(faults: Faults, gateway: Gateway, call: str, answer: Answer, now: datetime) -> Faults:
    name = f"{Fault.ACCOUNT}:{call}" if answer.fault == Fault.ACCOUNT else str(answer.fault)
    before = faults.get(name, {"since": now.isoformat(), "calls": []})
    fault = {
        "since": before["since"],
        "calls": sorted({*before["calls"], call}),
        "said": answer.detail[:255],
        "mode": gateway.mode,
    }
    return {other: kept for other, kept in faults.items() if other not in DISPROVES[answer.fault]} | {name: fault}


def _without(faults: Faults, gateway: Gateway, call: str, answer: Answer) -> Faults:
    """The account may do this call again only if this call was done; any answer shows that the key is good."""

    def stands(name: str, fault: dict[str, Any]) -> bool:
        if name == Fault.MODE:
            return fault["mode"] == gateway.mode and _others_are_open(gateway)
        own = name == f"{Fault.ACCOUNT}:{call}" and answer.verdict is Verdict.DONE
        return name not in (Fault.KEY, Fault.SILENT) and not own

    return {name: fault for name, fault in faults.items() if stands(name, fault)}


def _others_are_open(gateway: Gateway) -> bool:
    """Payments that are still asked about, begun with a key of the other mode."""
    watched = Payment.objects.filter(method=gateway.method, next_check_at__isnull=False)
    return watched.exclude(provider_mode__in=("", gateway.mode)).exists()


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
