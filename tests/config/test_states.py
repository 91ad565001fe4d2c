"""docs/states.md is drawn from the tables in the models. UPDATE_STATES=1 writes it anew."""

import os
from pathlib import Path

import pytest

from bookings.models import Booking, Departure
from bookings.models.states import HasStates
from payments.models import Payment, Refund

PAGE = Path(__file__).parents[2] / "docs" / "states.md"
HEAD = """# What may change a state

Drawn from `CHANGES` of the models by tests/config/test_states.py; UPDATE_STATES=1 writes it anew. The service checks
the row, and the button shows by the same row. What a provider's answer does is in
payments/services/checkout/verify.py: created → pending → succeeded, failed or expired; unknown is asked about later;
another sum, currency or account than ours is a review; late money is real.
"""
MODELS: list[type[HasStates]] = [Booking, Departure, Payment, Refund]


def drawn(model: type[HasStates]) -> str:
    lines = [f"| {model.__name__} | from | to |", "|---|---|---|"]
    for name, change in model.CHANGES.items():
        lines.append(f"| {name} | {', '.join(change.sources)} | {change.to or '(stays, or depends)'} |")
    return "\n".join(lines) + "\n"


def test_the_page_shows_the_tables_as_they_are() -> None:
    page = "\n".join([HEAD, *map(drawn, MODELS)])
    if os.environ.get("UPDATE_STATES"):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page


@pytest.mark.parametrize("model", MODELS)
def test_every_change_names_states_of_its_model(model: type[HasStates]) -> None:
    states = set(model.Status.values)  # type: ignore[attr-defined]
    for change in model.CHANGES.values():
        assert set(change.sources) | {change.to or change.sources[0]} <= states
