"""Changes of state as data: services check them, buttons show them, refusals word them, docs/states.md draws them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class Change:
    """`sources` are the states that it may start from; `to` is the next one, blank where the state stays or depends.

    A refusal says “… can't be {done}.”
    """

    sources: tuple[str, ...]
    done: str
    to: str = ""


class HasStates:
    """Mixed into a model with a `status`."""

    CHANGES: ClassVar[Mapping[str, Change]]
    status: str

    def allows(self, change: str) -> bool:
        """Whether its state is one from which it may be changed so, by a name of CHANGES."""
        return self.status in self.CHANGES[change].sources
