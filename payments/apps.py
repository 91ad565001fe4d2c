from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = "Money"

    def ready(self) -> None:
        from notifications import kinds
        from payments import mail_kinds, timeline  # noqa: F401 (its entries register themselves)

        kinds.register(*mail_kinds.KINDS)
