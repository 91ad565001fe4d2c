"""What a service refuses: a code for machines and a sentence that a clerk understands."""

from datetime import timedelta
from typing import Any


class Refused(Exception):  # noqa: N818 - the word staff and code use for it
    """A business refusal. Nothing was written. `code` and `detail` are the API's 409 body, plus `extra`."""

    def __init__(self, code: str, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.extra = extra


class SoldOut(Refused):
    def __init__(self, seats_left: int) -> None:
        left = "No seats are left" if seats_left <= 0 else f"Only {seats_left} seat{'s' * (seats_left != 1)} left"
        super().__init__("sold_out", f"{left} on this departure.", seats_left=max(seats_left, 0))


class TryLater(Refused):
    """Too much for now; after `wait` it may go through."""

    def __init__(self, code: str, detail: str, *, wait: timedelta) -> None:
        super().__init__(code, detail)
        self.wait = wait


class NotFound(Refused):
    def __init__(self, what: str) -> None:
        super().__init__("not_found", f"{what} is not here any more.")


class UnreadableFile(Refused):
    """Nothing of the file can be used; the sentence says what to do."""

    def __init__(self, detail: str) -> None:
        super().__init__("unreadable_file", detail)
