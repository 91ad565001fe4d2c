"""A line of the timeline keeps facts; its words are made when somebody reads it."""

import dataclasses
import re
from typing import Any, get_args

import pytest
from django.utils import timezone

from bookings.models import BookingEvent
from bookings.timeline import Entry, entry_of, facts_of, sentence
from bookings.timeline.changes import Rescheduled
from payments.timeline import sums
from tests.desk import booked

SUM = sums.Sum(tx_ref="CASH-1", amount="600.00", currency="ETB", way="cash")
DAY = "2026-12-24"
EXAMPLES = {
    "amount": "600.00",
    "total": "2000.00",
    "Sum": SUM,
    "Sequence[Sum]": [SUM],
    "str": DAY,
    "int": 2,
    "bool": True,
    "Sequence[str]": ["CASH-1"],
    "Sequence[Sequence[str]]": [["overpaid", "Agreed by phone"]],
    "Sequence[tuple[str, Sequence[str]]]": [("renamed", ["Abel", "Chaltu"])],
}


def plain(annotation: Any) -> str:
    """Such as Sequence[str]."""
    name = annotation.__name__ if isinstance(annotation, type) and not get_args(annotation) else str(annotation)
    return re.sub(r"[a-z_.]+\.", "", name)


@pytest.mark.django_db
@pytest.mark.parametrize("entry", Entry.BY_CODE.values(), ids=lambda entry: entry.code)
def test_every_entry_says_the_same_after_its_way_through_the_database(entry: type[Entry]) -> None:
    fields = dataclasses.fields(entry)  # type: ignore[arg-type]
    written = entry(**{field.name: EXAMPLES.get(field.name, EXAMPLES[plain(field.type)]) for field in fields})
    kept = {"kind": "x", "actor_label": "Sara", "created_at": timezone.now(), "facts": facts_of(written)}
    event = BookingEvent.objects.get(pk=BookingEvent.objects.create(booking=booked(), **kept).pk)
    assert isinstance(entry_of(event), entry)
    assert sentence(event) == str(written)


def test_a_line_from_before_facts_keeps_its_words() -> None:
    assert sentence(BookingEvent(text="Moved to LAL-1")) == "Moved to LAL-1"


@pytest.mark.parametrize("facts", [{"code": "of_a_newer_release"}, {"code": Rescheduled.code, "departure": "LAL-1"}])
def test_what_only_another_release_can_read_is_no_error(facts: dict[str, str]) -> None:
    assert sentence(BookingEvent(facts=facts)) == ""


@pytest.mark.django_db
def test_a_row_of_the_release_before_has_no_facts() -> None:
    """It knows nothing of the column."""
    event = BookingEvent.objects.create(booking=booked(), kind="x", actor_label="Sara", created_at=timezone.now())
    assert event.facts == {}
