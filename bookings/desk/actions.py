"""Acts: what a button does. One declaration serves the button on a page, the one in a row, and the bulk action.

The page that asks and the code that answers is bookings/desk/action_page.py; which acts there are stands beside the
admin class that shows them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import ngettext

from bookings.actors import Actor, staff
from bookings.desk.forms import ActForm
from bookings.outcome import Outcome

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LIMIT = 1000  # rows at once


@dataclass(frozen=True)
class Order:
    """One press of the button: on which rows, with which answers to the form, by whom, when."""

    ids: Sequence[int]
    answers: Mapping[str, Any]
    user: "User"
    now: datetime

    @property
    def actor(self) -> Actor:
        return staff(self.user)


@dataclass(frozen=True)
class Wording:
    """`one` and `many` with {name} (the one row) and {count}."""

    one: str
    many: str

    def of(self, names: Sequence[str]) -> str:
        return ngettext(self.one, self.many, len(names)).format(name=names[0], count=len(names))


@dataclass(frozen=True)
class Act:
    """`allows` says whether a row's state lets this person do it (the button shows); the service has the last word.

    `press` is the word on the page's button, where that isn't the label.
    `at_once` is how many rows one press may be about; an act that asks somebody else for each row takes few.
    `effects` are the sentences that say what will happen to these rows, mails included. In a list, a row in one of
    `row_states` shows the button as its next step.
    """

    name: str
    label: str
    icon: str
    permission: str
    question: Wording
    done: Wording
    run: Callable[[Order], Outcome[Any]]
    allows: Callable[[Any, "User", datetime], bool]
    effects: Callable[[Sequence[Any]], Iterable[str]] = lambda _rows: ()
    form: type[ActForm] = ActForm
    danger: bool = False
    bulk: bool = True
    at_once: int = LIMIT
    row_states: tuple[str, ...] = ()
    press: str = ""

    @property
    def most(self) -> int:
        return min(self.at_once, LIMIT) if self.bulk else 1
