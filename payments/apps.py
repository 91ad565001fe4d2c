from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = "Money"

    def ready(self) -> None:
        from notifications import kinds
        from payments import mail_kinds, providers, timeline  # noqa: F401 (its entries register themselves)
        from payments.gateway.chapa_provider import ChapaProvider
        from payments.gateway.sandbox_provider import SandboxProvider

        kinds.register(*mail_kinds.KINDS)
        providers.register(ChapaProvider())
        providers.register(SandboxProvider())
