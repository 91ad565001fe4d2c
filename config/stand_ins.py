"""What stands in for a server or a provider, and an office with a real database hardly means to use."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings

REAL_BROKERS: Final = ("amqp://", "amqps://")


@dataclass(frozen=True)
class StandIn:
    title: str
    note: str

    def __str__(self) -> str:
        return f"{self.title}: {self.note}."


def stand_ins() -> list[StandIn]:
    """What is meant with the embedded database isn't told there; half of a provider's keys is never meant."""
    found = []
    if settings.CHAPA_SECRET_KEY and not settings.CHAPA_WEBHOOK_SECRET:
        note = "CHAPA_WEBHOOK_SECRET is empty, so Chapa's events are turned away; payments are found by asking only"
        found.append(StandIn("No webhooks", note))
    if settings.EMBEDDED:
        return found
    if settings.PAYMENTS_SANDBOX and not settings.CHAPA_SECRET_KEY:
        note = "PAYMENTS_SANDBOX is true, so whoever has a link confirms the booking, and nobody is charged"
        found.append(StandIn("Sandbox payments", note))
    if hasattr(settings, "EMAIL_FILE_PATH"):
        found.append(StandIn("Mails go to files", "EMAIL_URL is empty, so nobody gets a mail"))
    if not getattr(settings, "CELERY_BROKER_URL", "").startswith(REAL_BROKERS):  # (mypy sees only written settings)
        found.append(StandIn("Embedded broker", "CELERY_BROKER_URL is empty; files under var/ serve one machine only"))
    return found
