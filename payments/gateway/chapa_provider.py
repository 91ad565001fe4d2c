"""Chapa, apart from its calls."""

from collections.abc import Mapping

from django.conf import settings

from payments.gateway.chapa import Chapa
from payments.gateway.chapa_webhook import signature_ok
from payments.providers import Provider


class ChapaProvider(Provider):
    method = Chapa.method
    label = Chapa.label
    words = {"en": "Chapa", "am": "ቻፓ"}
    prefix = "CHAPA"
    currencies = frozenset({"ETB", "USD"})
    events = ("charge.success", "charge.failed/cancelled", "charge.refunded", "charge.reversed")
    secret_name = "CHAPA_WEBHOOK_SECRET"  # noqa: S105 (a variable's name)

    def is_set_up(self) -> bool:
        return bool(settings.CHAPA_SECRET_KEY)

    def gateway(self) -> Chapa:
        return Chapa(
            key=settings.CHAPA_SECRET_KEY,
            base_url=settings.CHAPA_BASE_URL,
            checkout_hosts=tuple(settings.CHAPA_CHECKOUT_HOSTS),
            refund_by=settings.CHAPA_REFUND_BY,
        )

    def secret(self) -> str:
        return str(settings.CHAPA_WEBHOOK_SECRET)

    def is_signed(self, raw: bytes, headers: Mapping[str, str]) -> bool:
        return signature_ok(raw, headers, self.secret())

    def checkout_pages(self) -> list[str]:
        """Plain HTTP, and any port, only for a provider on this machine."""
        before, after = ("https://", "") if settings.CHAPA_BASE_URL.startswith("https://") else ("http://", ":*")
        return [f"{before}{host}{after}" for host in settings.CHAPA_CHECKOUT_HOSTS]
