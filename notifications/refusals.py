"""What a service refuses, a class for each reason; this is the base of all apps' refusals, and the outbox's own."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar, dataclass_transform


@dataclass_transform(eq_default=False)
class Refused(Exception):  # noqa: N818 - the word staff and code use for it
    """A business refusal. Nothing was written. Raise a subclass: each is a dataclass of what its sentence names.

    `code` and `detail` are the API's body, plus `extra`; codes are for ever, as other systems read them.
    Where one field of the API's body causes it, `field` names that, `status` is 400, and the body is {field: [detail]}.
    `retry_after` is in seconds. `transient` means that time alone may change the answer.
    At the desk the sentence stands beside the first of `form_fields` that the form has, so that nothing typed is lost.
    """

    code: ClassVar[str]
    sentence: ClassVar[str]  # names the dataclass's fields in braces
    status: ClassVar[int] = HTTPStatus.CONFLICT
    retry_after: ClassVar[int | None] = None
    transient: ClassVar[bool] = False
    field: ClassVar[str] = ""
    form_fields: ClassVar[tuple[str, ...]] = ()

    def __init__(self) -> None:
        raise TypeError("Refused has no sentence: raise a subclass that says why.")

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        dataclass(eq=False, repr=False)(cls)

    def __str__(self) -> str:
        return self.detail

    @property
    def detail(self) -> str:
        """The sentence for people, shown as it stands."""
        return self.sentence.format_map(vars(self))

    @property
    def extra(self) -> dict[str, Any]:
        return {}

    def seconds_to_wait(self) -> int | None:
        return self.retry_after


class NotFound(Refused):
    code = "not_found"
    sentence = "{what} is not here any more."
    status = HTTPStatus.NOT_FOUND
    what: str


class NoAddress(Refused):
    code = "no_address"
    sentence = "There is no e-mail address to send it to any more."


class NoLongerTrue(Refused):
    code = "no_longer_true"
    sentence = "This message is no longer true ({reason}), so it can't be sent again."
    reason: str


class NotOver(Refused):
    code = "not_over"
    sentence = "This message is still on its way; wait until it is sent or has failed."


class AlreadyResent(Refused):
    code = "already_resent"
    sentence = "This message is already being sent again."
