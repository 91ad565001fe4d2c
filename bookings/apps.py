from django.apps import AppConfig
from django.db.backends.signals import connection_created


class BookingsConfig(AppConfig):
    name = "bookings"
    verbose_name = "Desk"

    def ready(self) -> None:
        from bookings import folding, mail_kinds
        from bookings.timeline import changes, price, status, travellers  # noqa: F401 (their entries register themselves)
        from notifications import kinds

        kinds.register(*mail_kinds.KINDS)
        connection_created.connect(folding.add_function, dispatch_uid="tourdesk_fold")
