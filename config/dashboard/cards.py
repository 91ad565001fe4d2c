"""A card of the first page: a figure with a link to exactly its rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.utils.text import Truncator

from config.sidebar import list_url
from payments.services.decisions import Decision

CAP: Final = 1000
AGES: Final = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


@dataclass(frozen=True)
class Card:
    """A figure with a link to its rows. `tone` is "", "good", "warn" or "bad"."""

    title: str
    figure: str
    note: str
    url: str
    icon: str
    tone: str = ""


def alarm(decision: Decision, now: datetime, url: str = "") -> Card:
    note = f"Since {ago(decision.since, now)}. {Truncator(decision.what).chars(160)}"
    return Card("Payments online fail", decision.name, note, url, "credit_card_off", "bad")


def counted(rows: QuerySet[Any], card: Card, lookups: dict[str, Any], tone: str = "") -> Card:
    """The card with its count, the link to exactly these rows, and `tone` when there are any."""
    query = {key if "__" in key else f"{key}__exact": _text(value) for key, value in lookups.items()}
    return linked(rows.filter(**lookups), card, query, tone)


def linked(rows: QuerySet[Any], card: Card, query: dict[str, str], tone: str = "") -> Card:
    """As counted, where the list finds these rows by a filter of its own."""
    number = rows.order_by()[: CAP + 1].count()  # sorted, a count reads all rows first
    url = f"{list_url(rows.model._meta.label)}?{urlencode(query)}"  # noqa: SLF001
    figure = f"{CAP:,}+" if number > CAP else f"{number:,}"
    return Card(card.title, figure, card.note, url, card.icon, tone if number else "")


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)


def ago(at: datetime, now: datetime) -> str:
    """Such as "12 s ago", in the largest unit that fits."""
    seconds = max(int((now - at).total_seconds()), 0)
    size, unit = next(((size, unit) for size, unit in AGES if seconds >= size), AGES[-1])
    return f"{seconds // size} {unit} ago"
