"""Actions: what a button does. One class serves the button on a page, the one in a row, and the bulk action.

An action registers itself for a model, as pages do with @admin.register, and every page of that model offers it; so an
upper app adds its own. The page that asks, does it and reports is bookings/desk/action_page.py.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Model

from bookings.actors import Actor
from bookings.desk.forms import ActionForm
from bookings.outcome import Outcome

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LIMIT = 1000  # rows at once

Answers = Mapping[str, Any]  # what ActionForm.answers gives


@dataclass(frozen=True)
class Wording:
    """`one` and `many` with {name} (the one row) and {count}."""

    one: str
    many: str

    def of(self, names: Sequence[str]) -> str:
        return (self.one if len(names) == 1 else self.many).format(name=names[0], count=len(names))


class Action:
    """Subclasses say what they are called, whom they are for, and which service they call.

    `name` is a part of the address. `change` is a name in the model's CHANGES, which say from which states it may be
    done; blank where the state doesn't matter, or `allows` looks at it. `press` is the word on the page's button, where
    that isn't the label. `at_once` is how many rows one press may be about; an action that asks somebody else for each
    row takes few. In a list, a row in one of `row_states` shows the button as its next step. The buttons of a model
    stand by `order`, those with the same one as they were registered.
    """

    name: str
    label: str
    icon: str
    permission: str
    change = ""
    question: Wording
    done: Wording
    form_class: type[ActionForm] = ActionForm
    danger = False
    bulk = True
    at_once = LIMIT
    row_states: tuple[str, ...] = ()
    press = ""
    order = 100

    def allows(self, row: Any, user: "User", now: datetime) -> bool:
        """Whether the row's state lets this person do it (the button shows); the service has the last word."""
        return not self.change or row.allows(self.change)

    def effects(self, rows: Sequence[Any]) -> Iterable[str]:
        """The sentences that say what will happen to these rows, mails included."""
        return ()

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[Any]:
        """Call the one service that locks, checks and does it. It may raise Refused where nothing was done."""
        raise NotImplementedError

    @property
    def most(self) -> int:
        return min(self.at_once, LIMIT) if self.bulk else 1


class RowAction(Action):
    """About one row, whose service raises what it refuses. One that has more to tell than the row overrides `run`."""

    bulk = False

    def run(self, ids: Sequence[int], answers: Answers, actor: Actor, now: datetime) -> Outcome[Any]:
        [pk] = ids
        return Outcome([self.run_one(pk, answers, actor, now)])

    def run_one(self, pk: int, answers: Answers, actor: Actor, now: datetime) -> Any:
        """Do it, and return the row that changed, or its name."""
        raise NotImplementedError


A = TypeVar("A", bound=type[Action])
_registered: dict[type[Model], list[Action]] = defaultdict(list)


def register(model: type[Model]) -> Callable[[A], A]:
    """Put an action among the buttons of the model's pages. Its name must be new there."""

    def add(action_class: A) -> A:
        if any(action.name == action_class.name for action in _registered[model]):
            raise ImproperlyConfigured(f"{model.__name__} has an action “{action_class.name}” already.")
        insort(_registered[model], action_class(), key=lambda action: action.order)
        return action_class

    return add


def actions_of(model: type[Model]) -> Sequence[Action]:
    """In the order of their buttons."""
    return tuple(_registered.get(model, ()))
