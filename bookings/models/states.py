"""Changes of state as data: services check them, buttons show them, refusals word them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """`sources` are the states that it may start from; a refusal says “… can't be {done}.”"""

    sources: tuple[str, ...]
    done: str
