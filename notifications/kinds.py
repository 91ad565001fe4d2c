"""The kinds of mail. An app that sends mails declares its own, each once, with register().

One kind = one MailKind = one Celery task (notifications.send_<kind>_email) = one file templates/emails/<kind>.txt; its
HTML part is made of the same words (templates/emails/message.html), so that the two parts can't disagree.
All facts are plain JSON values: money is a string with two decimals beside `currency`; a time is ISO 8601 with the
offset of the trip's time zone, a day is ISO 8601, a state or a way to pay is its code. notifications.words makes words
of them in the mail's language when it is written; texts ask for the plain value ({% if status == "pending" %}).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.core.exceptions import AppRegistryNotReady, ImproperlyConfigured

LARGEST_PARTY: Final = 500
LONGEST_NAME: Final = 150
SWEEPER: Final = "notifications.send_due_messages"


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail; `note` is what staff must know of it, if anything."""

    name: str
    content: bytes
    content_type: str
    note: str = ""


@dataclass(frozen=True)
class MailKind:
    """`sample` are believable facts, for a preview and for checking a text; what isn't in them no text may use.

    `longest` are the characters that a fact has at most; one that isn't there is as long as its sample.
    `for_good` means that it is true whatever becomes of what it is about, as it tells of money that moved.
    `attachment` makes the file that goes with it from its facts and language, or None.
    `has_rules`: staff say when it is due (ReminderRule).
    """

    name: str
    label: str
    sample: Mapping[str, Any]
    longest: Mapping[str, int] | None = None
    for_good: bool = False
    attachment: Callable[[Mapping[str, Any], str], Attachment | None] | None = None
    has_rules: bool = False

    @property
    def task_name(self) -> str:
        return task_name(self.name)

    def longest_facts(self) -> dict[str, Any]:
        """The sample with each text and list as long as the database lets it be."""
        return {name: self._longest(name, value) for name, value in self.sample.items()}

    def _longest(self, name: str, value: Any) -> Any:
        if isinstance(value, list):
            return ["W" * LONGEST_NAME] * LARGEST_PARTY
        return "W" * (self.longest or {}).get(name, len(value)) if isinstance(value, str) else value


def task_name(kind: str) -> str:
    """The Celery task that sends this kind, as ops see it in Flower; also of a kind that only another release knows."""
    return f"notifications.send_{kind}_email"


_registered: dict[str, MailKind] = {}


def register(*kinds: MailKind) -> None:
    """In the app's ready()."""
    for kind in kinds:
        if kind.name in _registered:
            raise ImproperlyConfigured(f"There is a mail kind “{kind.name}” already.")
        _registered[kind.name] = kind


def all_kinds() -> Mapping[str, MailKind]:
    """By name, in the order of their registration."""
    if not apps.ready:
        raise AppRegistryNotReady("Mail kinds are known when all apps are ready.")
    return _registered


def kind_choices() -> list[tuple[str, str]]:
    return [(kind.name, kind.label) for kind in all_kinds().values()]


def reminder_choices() -> list[tuple[str, str]]:
    return [(kind.name, kind.label) for kind in all_kinds().values() if kind.has_rules]
