"""What more than one subject refuses, and the families that payments adds sentences to.

Several sentences of one code are subclasses of the class that has the code.
"""

import math
from datetime import timedelta
from http import HTTPStatus

from notifications.refusals import Refused


class WrongStatus(Refused):
    code = "wrong_status"


class CannotBe(WrongStatus):
    """`done` is the change as a participle, such as "cancelled"."""

    sentence = "{name} is {state} and can't be {done}."
    name: str
    state: str
    done: str


class ReasonMissing(Refused):
    code = "reason_missing"
    sentence = "Give a reason; it stays on the booking's timeline."
    status = HTTPStatus.BAD_REQUEST
    field = "reason"
    form_fields = ("reason",)


class WrongCurrency(Refused):
    code = "currency"
    form_fields = ("departure",)


class InProgress(Refused):
    code = "in_progress"
    retry_after = 1
    transient = True


class TryLater(Refused):
    """Too much for now; after `wait` it may go through."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    transient = True
    wait: timedelta

    def seconds_to_wait(self) -> int:
        return math.ceil(self.wait.total_seconds())


class NotReady(Refused):
    """`why` is the form's own sentence."""

    code = "not_ready"
    sentence = "{why}"
    why: str
