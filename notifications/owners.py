"""What the owner of a topic says of a message that was not sent yet: who gets it, what it says, whether it is wanted.

A message waits for minutes, or for days after an error, and meanwhile an address is corrected, a trip renamed, a
booking cancelled. settings.OUTBOX_OWNERS names, for the part of a topic before the colon, the function to ask, so that
this app knows none of the others. A topic without an owner, or of which its owner knows nothing, stays as it is.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from notifications.models import Message
from notifications.refusals import NoAddress


@dataclass(frozen=True)
class Present:
    """How things stand now. `facts` go over those of the row; `unwanted` says why it is no longer true."""

    recipient: str
    language: str
    facts: dict[str, Any] = field(default_factory=dict)
    unwanted: str = ""


Owner = Callable[[Sequence[Message], datetime], dict[int, Present]]


def present(messages: Iterable[Message], *, now: datetime) -> dict[int, Present]:
    """By message id, in as many statements as there are owners, however many messages."""
    by_owner: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        by_owner[message.topic.partition(":")[0]].append(message)
    found: dict[int, Present] = {}
    for prefix, owned in by_owner.items():
        if path := settings.OUTBOX_OWNERS.get(prefix):
            owner: Owner = import_string(path)
            found |= owner(owned, now)
    return found


def why_not(message: Message, now_so: Present | None) -> str:
    """Why this message must not be sent; empty when it may."""
    if now_so and now_so.unwanted:
        return now_so.unwanted
    return "" if recipient_of(message, now_so) else NoAddress.sentence


def recipient_of(message: Message, now_so: Present | None) -> str:
    """The owner's, unless a person chose another one for this very message."""
    return message.recipient if now_so is None or message.recipient_chosen else now_so.recipient


def bring_up_to_date(message: Message, now_so: Present | None) -> dict[str, Any]:
    """Set on the message what changed since it was queued; returns {column: value}, empty when nothing did.

    A message sent again repeats what was said; only its address is today's. What may have arrived already keeps its
    words, too. Else words that were made from other facts are made anew.
    """
    if now_so is None:
        return {}
    wanted: dict[str, Any] = {"recipient": recipient_of(message, now_so)}
    if not (message.resend_of_id or (message.possible_duplicate and message.text)):
        wanted |= {"language": now_so.language, "context": message.context | now_so.facts}
    changed = {name: value for name, value in wanted.items() if value != getattr(message, name)}
    if {"language", "context"} & set(changed):
        changed |= {"subject": "", "text": "", "html": ""}
    for name, value in changed.items():
        setattr(message, name, value)
    return changed
