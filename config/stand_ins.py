"""What stands in for a server or a provider, and an office with a real database hardly means to use."""

from dataclasses import dataclass
from typing import Final

from django.conf import settings

REAL_BROKERS: Final = ("amqp://", "amqps://")
ADDRESSES: Final = ("SITE_URL", "DEFAULT_FROM_EMAIL", "SUPPORT_EMAIL")


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
    if not broker().startswith(REAL_BROKERS):
        found.append(StandIn("Embedded broker", "CELERY_BROKER_URL is empty; files under var/ serve one machine only"))
    return found


def in_use() -> str:
    """One line for the log of what starts, with the embedded database, too; empty when all is real."""
    found = ["SQLite (DATABASE_URL)"] if settings.EMBEDDED else []
    if not broker().startswith(REAL_BROKERS):
        found.append("files as the broker (CELERY_BROKER_URL)")
    if hasattr(settings, "EMAIL_FILE_PATH"):
        found.append("mails to files (EMAIL_URL)")
    if not settings.CHAPA_SECRET_KEY:
        found.append("no payment provider (CHAPA_SECRET_KEY)")
    if "locmem" in settings.CACHES["default"]["BACKEND"]:
        found.append("a cache for each process (CACHE_URL)")
    if settings.DEBUG:
        found.append("error pages that show settings (DEBUG)")
    if names := [name for name in ADDRESSES if not settings.EMBEDDED and "example" in getattr(settings, name)]:
        found.append(f"the example's addresses ({', '.join(names)})")
    said = [f"Stand-ins in use: {', '.join(found)}."] if found else []
    return " ".join([*said, *(str(one) for one in stand_ins() if one.title == "No webhooks")])


def broker() -> str:
    return str(getattr(settings, "CELERY_BROKER_URL", ""))  # mypy sees only written settings
