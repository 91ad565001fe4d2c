"""What a booking's timeline says. An entry is a class: the row keeps its code and facts; its sentence is made of them.

So the words can change, or be in another language, and code can look for facts (BookingEvent.objects.filter(facts__…)).
payments/timeline/ has the entries about money. Rows of before have their words in `text`.
"""

from dataclasses import asdict
from decimal import Decimal
from typing import Any, ClassVar

from bookings import wording
from bookings.models import BookingEvent


class Entry:
    """A frozen dataclass of plain JSON values: money as "900.00" beside its currency, a day as ISO 8601.

    `code` is for ever: rows hold it. `kind` is the row's, where it isn't the code; a change of status has the status.
    """

    code: ClassVar[str]
    kind: ClassVar[str] = ""
    BY_CODE: ClassVar[dict[str, type["Entry"]]] = {}

    def __init_subclass__(cls) -> None:
        if "code" in vars(cls):
            assert cls.code not in Entry.BY_CODE, cls.code  # noqa: S101 (a mistake in the code)
            Entry.BY_CODE[cls.code] = cls

    def __str__(self) -> str:
        raise NotImplementedError


def kind_of(entry: Entry | None) -> str:
    return (entry.kind or entry.code) if entry else ""


def facts_of(entry: Entry | None) -> dict[str, Any]:
    """As the row keeps them."""
    return {"code": entry.code, **asdict(entry)} if entry else {}  # type: ignore[call-overload]


def entry_of(event: BookingEvent) -> Entry | None:
    """None for a row of before, or one that only a newer release can read."""
    facts = dict(event.facts)
    entry = Entry.BY_CODE.get(facts.pop("code", ""))
    try:
        return entry(**facts) if entry else None
    except TypeError:
        return None


def sentence(event: BookingEvent) -> str:
    """Empty where the kind says it all."""
    entry = entry_of(event)
    return str(entry) if entry else event.text


def money(amount: str, currency: str) -> str:
    return wording.money(Decimal(amount), currency)


def plain(amount: Decimal) -> str:
    """As a fact."""
    return f"{amount:.2f}"
