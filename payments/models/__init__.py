"""Money in, money out, what providers told us, and what was decided about it."""

from payments.models.alarms import ProviderAlarm
from payments.models.decisions import ClosedDecision
from payments.models.money import Payment, proof_path
from payments.models.provider import ProviderEvent
from payments.models.refunds import Refund
from payments.models.sandbox_checkouts import SandboxCheckout

__all__ = [
    "ClosedDecision",
    "Payment",
    "ProviderAlarm",
    "ProviderEvent",
    "Refund",
    "SandboxCheckout",
    "proof_path",
]
