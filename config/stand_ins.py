"""What the embedded mode puts in place of servers, and an office with a real database hardly means to use."""

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
    """None with the embedded database, where they are meant."""
    if settings.EMBEDDED:
        return []
    found = []
    if hasattr(settings, "EMAIL_FILE_PATH"):
        found.append(StandIn("Mails go to files", "EMAIL_URL is empty, so nobody gets a mail"))
    if not getattr(settings, "CELERY_BROKER_URL", "").startswith(REAL_BROKERS):  # (mypy sees only written settings)
        found.append(StandIn("Embedded broker", "CELERY_BROKER_URL is empty; files under var/ serve one machine only"))
    return found
