"""The gateways as services call them: what concerns all payments is noted with each answer (provider_alarm.py)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from notifications.transactions import need_no_transaction
from payments.gateway import Answer, Gateway, ListIncomplete, Order, Transaction, Verdict, registry
from payments.models import Payment, ProviderAlarm
from payments.services.provider_alarm import note

RECHECK: Final = timedelta(minutes=5)
NOBODYS: Final = "TOURDESK-IS-THE-KEY-GOOD"  # no transaction; “not found” is an answer, too


def current(*, now: datetime) -> Gateway | None:
    """The gateway of new payments; None where nothing can be paid online."""
    gateway = registry.current()
    return gateway and Watched(gateway, now)


def of_method(method: str, *, now: datetime) -> Gateway | None:
    """The gateway that a payment was begun with; None when it isn't set up (any more)."""
    gateway = registry.of_method(method)
    return gateway and Watched(gateway, now)


@dataclass(frozen=True)
class Watched:
    """As gateway.Gateway says. Raises RuntimeError inside a transaction, whose locks would wait for the network."""

    gateway: Gateway
    now: datetime

    @property
    def method(self) -> str:
        return self.gateway.method

    @property
    def label(self) -> str:
        return self.gateway.label

    @property
    def mode(self) -> str:
        return self.gateway.mode

    def initialise(self, order: Order) -> Answer:
        return self._ask("initialise", lambda: self.gateway.initialise(order))

    def verify(self, *, tx_ref: str) -> Answer:
        return self._ask("verify", lambda: self.gateway.verify(tx_ref=tx_ref))

    def cancel(self, *, tx_ref: str) -> Answer:
        return self._ask("cancel", lambda: self.gateway.cancel(tx_ref=tx_ref))

    def refund(self, *, tx_ref: str, reference: str, amount: Decimal, reason: str, refund_ref: str = "") -> Answer:
        return self._ask(
            "refund",
            lambda: self.gateway.refund(
                tx_ref=tx_ref, reference=reference, amount=amount, reason=reason, refund_ref=refund_ref
            ),
        )

    def refund_status(self, *, reference: str) -> Answer:
        return self._ask("refund_status", lambda: self.gateway.refund_status(reference=reference))

    def transactions(self, *, since: datetime) -> Iterator[Transaction]:
        need_no_transaction()
        try:
            yield from self.gateway.transactions(since=since)
        except ListIncomplete as error:
            note(self.gateway, "transactions", Answer(Verdict.UNKNOWN, str(error), fault=error.fault), self.now)
            raise
        note(self.gateway, "transactions", Answer(Verdict.DONE), self.now)

    def _ask(self, call: str, ask: Callable[[], Answer]) -> Answer:
        need_no_transaction()
        answer = ask()
        note(self.gateway, call, answer, self.now)
        return answer


def recheck(*, now: datetime) -> None:
    """Ask something while an alarm stands and nobody else asks, so that it ends soon after its cause."""
    if (gateway := current(now=now)) is None:
        return
    noted = ProviderAlarm.objects.filter(provider=gateway.method, seen_at__lte=now - RECHECK).exclude(faults={})
    if noted.update(seen_at=now):  # who moves it on asks
        known = Payment.objects.filter(method=gateway.method, provider_mode=gateway.mode).order_by("-pk")
        gateway.verify(tx_ref=known.values_list("tx_ref", flat=True).first() or NOBODYS)
