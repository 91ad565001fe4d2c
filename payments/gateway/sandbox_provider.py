"""The sandbox, apart from its calls: it tells of payments in Chapa's shape, with a secret that nobody has to set."""

from collections.abc import Mapping

from payments.gateway import sandbox_webhook
from payments.gateway.chapa_webhook import signature_ok
from payments.gateway.sandbox import Sandbox, is_on
from payments.providers import Provider


class SandboxProvider(Provider):
    method = Sandbox.method
    label = Sandbox.label
    words = {"en": "Sandbox", "am": "የሙከራ ክፍያ"}
    prefix = "SANDBOX"
    currencies = frozenset({"ETB", "USD"})
    is_sandbox = True

    def is_set_up(self) -> bool:
        return is_on()

    def gateway(self) -> Sandbox:
        return Sandbox()

    def takes_events(self) -> bool:
        return is_on()

    def secret(self) -> str:
        return sandbox_webhook.secret()

    def is_signed(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        return signature_ok(raw, headers, self.secret())
