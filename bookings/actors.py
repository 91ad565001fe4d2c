"""Who did it: every service takes an actor, every timeline row names one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.text import Truncator

if TYPE_CHECKING:
    from django.contrib.auth.models import User


LONGEST_LABEL: Final = 150  # letters, in every column that names an actor; a user's two names may have 301


@dataclass(frozen=True)
class Actor:
    """A person (`user` is set), an integration (by its name), an import or the system itself."""

    label: str
    user: "User | None" = None
    integration: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", Truncator(self.label).chars(LONGEST_LABEL))


SYSTEM = Actor("System")


def staff(user: "User") -> Actor:
    return Actor(user.get_full_name() or user.get_username(), user)


def integration(name: str) -> Actor:
    return Actor(f"API: {name}", integration=name)


def importer(user: "User | None" = None) -> Actor:
    return Actor(f"Import by {staff(user).label}" if user else "Import", user)
