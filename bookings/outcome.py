"""What came of an action on several rows."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from notifications.refusals import Refused

Row = TypeVar("Row")


@dataclass
class Outcome(Generic[Row]):
    """`done` are the rows that changed, or their names; `refused` pairs a row's name (reference, code) with the reason.

    `note` is one more sentence for the person. `warnings` are sentences about rows where nothing went wrong here, but
    nothing came of it either.
    """

    done: list[Row] = field(default_factory=list)
    refused: list[tuple[str, Refused]] = field(default_factory=list)
    note: str = ""
    warnings: list[str] = field(default_factory=list)

    def single(self) -> Row:
        """The one row, for callers that act on one; raises its refusal."""
        if self.refused:
            raise self.refused[0][1]
        return self.done[0]
