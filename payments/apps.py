from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = "Money"

    def ready(self) -> None:
        from notifications import kinds
        from payments import mail_kinds, providers
        from payments.gateway.chapa_provider import ChapaProvider
        from payments.gateway.sandbox_provider import SandboxProvider
        from payments.timeline import corrections, decisions, payments, refunds  # noqa: F401 (they register themselves)

        kinds.register(*mail_kinds.KINDS)
        providers.register(ChapaProvider())
        providers.register(SandboxProvider())
