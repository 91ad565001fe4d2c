"""The catalogue of refusals, of all apps: what holds for each class, and that nothing else is raised."""

import ast
import dataclasses
import pickle
import pkgutil
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from django.conf import settings

import bookings.refusals
import payments.refusals
from bookings.refusals.seats import SoldOut
from bookings.refusals.shared import CannotBe, TryLater
from notifications.refusals import NotFound, Refused

APPS = ("notifications", "bookings", "payments", "config")
COMPUTED = {SoldOut: {"left"}}  # what a sentence names that is no data field
# What other systems read and act on; every other code is 409 without Retry-After.
API = {
    "amount": (400, None),
    "in_progress": (409, 1),
    "key_reused": (422, None),
    "name_missing": (400, None),
    "not_found": (404, None),
    "party_size": (400, None),
    "price_adjustment": (400, None),
    "payment_unknown": (409, 60),
    "provider_misconfigured": (503, 300),
    "provider_unreachable": (503, 30),
    "reason_missing": (400, None),
    "too_many": (429, 600),
    "too_many_mails": (429, None),
    "travellers": (400, None),
    "unpaid_seats": (429, None),
}

for package in (bookings.refusals, payments.refusals):
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        import_module(module.name)


def below(base: type[Refused]) -> Iterator[type[Refused]]:
    for cls in base.__subclasses__():
        yield cls
        yield from below(cls)


EVERY = sorted(set(below(Refused)), key=lambda cls: cls.__name__)
WITH_CODE = [cls for cls in EVERY if hasattr(cls, "code")]
RAISED = [cls for cls in WITH_CODE if hasattr(cls, "sentence")]


def names(cls: type[Any]) -> set[str]:
    return {field.name for field in dataclasses.fields(cls)}


def test_each_code_has_one_class_and_its_variants_are_below_it() -> None:
    heads = defaultdict(set)
    for cls in WITH_CODE:
        heads[cls.code].add(next(base for base in reversed(cls.__mro__) if getattr(base, "code", None) == cls.code))
    assert {code: found for code, found in heads.items() if len(found) > 1} == {}
    assert {cls for cls in EVERY if cls not in WITH_CODE} == {TryLater}


def test_all_variants_of_a_code_are_answered_alike() -> None:
    answers = defaultdict(set)
    for cls in WITH_CODE:
        answers[cls.code].add((cls.status, cls.retry_after, cls.transient, cls.field, cls.form_fields))
    assert {code: found for code, found in answers.items() if len(found) > 1} == {}


def test_the_api_answers_each_code_with_its_status_and_waiting_time() -> None:
    told = {cls.code: (int(cls.status), cls.retry_after) for cls in WITH_CODE}
    assert {code: answer for code, answer in told.items() if answer != (409, None)} == API


@pytest.mark.parametrize("cls", WITH_CODE)
def test_a_field_of_the_body_goes_with_400(cls: type[Refused]) -> None:
    assert bool(cls.field) == (cls.status == 400)


@pytest.mark.parametrize("cls", RAISED)
def test_a_sentence_names_all_its_data_and_nothing_else(cls: type[Any]) -> None:
    named = {name for _text, name, _format, _conversion in Formatter().parse(cls.sentence) if name}
    data = names(cls) - names(TryLater) if issubclass(cls, TryLater) else names(cls)
    assert named == COMPUTED.get(cls, data)
    assert not [name for name in names(cls) if hasattr(Refused, name) or name in Refused.__annotations__]


def test_each_stands_in_a_catalogue_under_a_name_of_its_own() -> None:
    assert {cls.__name__ for cls in EVERY if ".refusals" not in cls.__module__} == set()
    assert len({cls.__name__ for cls in EVERY}) == len(EVERY)


def test_no_code_raises_a_family_or_the_base() -> None:
    """mypy sees a wrong argument; it does not see a class that has no sentence."""
    families = {cls.__name__ for cls in EVERY if cls not in RAISED} | {Refused.__name__}
    found = []
    for app in APPS:
        for path in (Path(settings.BASE_DIR) / app).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                made = node.func if isinstance(node, ast.Call) else node.exc if isinstance(node, ast.Raise) else None
                if isinstance(made, ast.Name) and made.id in families:
                    found.append(f"{path}:{made.lineno} {made.id}")
    assert found == []


def test_the_base_says_nothing_and_is_never_raised() -> None:
    with pytest.raises(TypeError):
        Refused()


def test_a_refusal_is_its_sentence_also_after_it_went_to_another_process() -> None:
    refusal = CannotBe("TD-7K3M9QX2", "expired", "confirmed")
    copy = pickle.loads(pickle.dumps(refusal))
    assert (str(refusal), str(copy), copy.code) == (refusal.detail, refusal.detail, "wrong_status")
    assert refusal.detail == "TD-7K3M9QX2 is expired and can't be confirmed."


def test_what_stands_in_braces_in_the_data_is_left_alone() -> None:
    assert NotFound("{what} {0}").detail == "{what} {0} is not here any more."
