"""“Needs a decision” as pages show it: its sections, and an entry as a form names it."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from payments.services.decision_topics import TOPICS, topic_of
from payments.services.decisions import SHOWN, Decision, Kind, Look, Topic


@dataclass(frozen=True)
class Section:
    """`more` says that not all are shown."""

    topic: Topic
    decisions: list[Decision]
    more: bool

    @property
    def title(self) -> str:
        return str(self.topic.kind.label)

    @property
    def hint(self) -> str:
        return self.topic.hint


def sections(*, now: datetime, events: bool = True) -> list[Section]:
    """Those that have something in them; the inbox only for who may see it."""
    found = []
    for topic in TOPICS:
        if topic.kind == Kind.EVENT and not events:
            continue
        decisions = list(islice(topic.find(Look(now)), SHOWN + 1))
        if decisions:
            found.append(Section(topic, decisions[:SHOWN], len(decisions) > SHOWN))
    return found


@dataclass(frozen=True, order=True)
class DecisionEntry:
    """An entry as a page showed it: its list, what it is about, and the facts that it rested on."""

    kind: str
    object_id: int
    fingerprint: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.object_id}:{self.fingerprint}"


def read_entry(text: str) -> DecisionEntry | None:
    """What a form gave back; None if it is no entry."""
    kind, _, rest = text.partition(":")
    number, _, facts = rest.partition(":")
    fits = number.isascii() and number.isdecimal() and len(number) <= 18 and 0 < len(facts) <= 32
    return DecisionEntry(kind, int(number), facts) if fits and topic_of(kind) else None


def decision_entry(kind: str, decision: Decision) -> DecisionEntry:
    return DecisionEntry(kind, decision.row.pk, decision.fingerprint)


def find_entries(entries: Collection[DecisionEntry], *, now: datetime) -> dict[DecisionEntry, Decision]:
    """Those that still need a decision, with these facts. A fixed number of statements for each kind."""
    ids = defaultdict(set)
    for entry in entries:
        ids[entry.kind].add(entry.object_id)
    found = {}
    for kind, only in ids.items():
        if topic := topic_of(kind):
            found.update({decision_entry(kind, decision): decision for decision in topic.find(Look(now, only))})
    return {entry: found[entry] for entry in entries if entry in found}
