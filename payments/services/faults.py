"""Which faults of a provider stand: a call adds one, and other calls disprove it."""

from datetime import datetime
from typing import Any, Final

from payments.gateway import Answer, Fault, Gateway, Verdict
from payments.models import Payment, ProviderAlarm


def others_are_open(gateway: Gateway) -> bool:
    """Payments that are still asked about, begun with a key of the other mode."""
    watched = Payment.objects.filter(method=gateway.method, next_check_at__isnull=False)
    return watched.exclude(provider_mode__in=("", gateway.mode)).exists()


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


def is_noted(gateway: Gateway) -> bool:
    return ProviderAlarm.objects.filter(provider=gateway.method).exclude(faults={}).exists()


def proves_something(answer: Answer) -> bool:
    """Also a no: the provider knows us. One that we gave ourselves, without asking anybody, has no `raw`."""
    return answer.verdict is Verdict.DONE or (answer.verdict is Verdict.REFUSED and bool(answer.raw))


def with_fault(faults: Faults, gateway: Gateway, call: str, answer: Answer, now: datetime) -> Faults:
    name = f"{Fault.ACCOUNT}:{call}" if answer.fault == Fault.ACCOUNT else str(answer.fault)
    before = faults.get(name, {"since": now.isoformat(), "calls": []})
    fault = {
        "since": before["since"],
        "calls": sorted({*before["calls"], call}),
        "said": answer.detail[:255],
        "mode": gateway.mode,
    }
    return {other: kept for other, kept in faults.items() if other not in DISPROVES[answer.fault]} | {name: fault}


def without_fault(faults: Faults, gateway: Gateway, call: str, answer: Answer) -> Faults:
    """The account may do this call again only if this call was done; any answer shows that the key is good."""

    def stands(name: str, fault: dict[str, Any]) -> bool:
        if name == Fault.MODE:
            return fault["mode"] == gateway.mode and others_are_open(gateway)
        own = name == f"{Fault.ACCOUNT}:{call}" and answer.verdict is Verdict.DONE
        return name not in (Fault.KEY, Fault.SILENT) and not own

    return {name: fault for name, fault in faults.items() if stands(name, fault)}
