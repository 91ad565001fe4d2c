"""Compare three ways: as opened, as typed, as it is now."""

from dataclasses import dataclass, field
from typing import Any, Final

from django import forms
from django.http import QueryDict

from bookings.desk.edits import opened, values
from bookings.desk.edits.authors import Authors
from bookings.desk.edits.opened import Opened, Row
from bookings.desk.edits.values import Plain

ANSWER: Final = "_keep-"  # before the field's name: "mine" or "theirs"


def conflict_name(form: Any, name: str, formset: Any = None) -> str:
    """An inline row is named by its key: its number changes when others add and remove rows."""
    return name if formset is None else f"{formset.prefix}-row{form.instance.pk}-{name}"


@dataclass(frozen=True)
class Conflict:
    """Both changed it. `name` is of conflict_name's; the values are in words."""

    name: str
    label: str
    said: str
    mine: str
    theirs: str

    @property
    def answer(self) -> str:
        return ANSWER + self.name


@dataclass
class Merge:
    """`data` is what was sent, and becomes what is to be saved: theirs stands where only they changed something."""

    data: QueryDict
    before: Opened
    authors: Authors
    conflicts: list[Conflict] = field(default_factory=list)
    removed: dict[str, Row] = field(default_factory=dict)
    followed: list[str] = field(default_factory=list)  # labels of what only others changed

    def answer(self, name: str) -> str:
        """What the person chose; only where they were asked."""
        asked = name in self.before.asked or name in self.before.removed
        return self.data.get(ANSWER + name, "") if asked else ""

    def merge(self, form: forms.BaseForm, base: Row, formset: Any = None) -> None:
        """The fields of one row."""
        for name in opened.names(form, formset):
            if name in base:
                self._merge_field(form, name, base[name], formset)

    def _merge_field(self, form: Any, name: str, base: Plain, formset: Any) -> None:
        full_name, now = conflict_name(form, name, formset), values.now(form, name)
        asked, moved = full_name in self.before.asked, now != base
        if not (asked or moved):
            return
        mine, answer = values.typed(form, name), self.answer(full_name)
        if mine == now or (answer == "mine" and not moved):
            return
        if answer == "theirs" or (mine == base and not asked):
            self.take_theirs(form, name)
        else:
            self.conflicts.append(self._conflict(form, name, full_name, formset, base=base, mine=mine))

    def take_theirs(self, form: forms.BaseForm, name: str) -> None:
        bound, own = form[name], form.fields[name]
        value = own.prepare_value(form.get_initial_for_field(own, name))
        values.put(self.data, own.widget, bound.html_name, value)
        self.followed.append(str(bound.label))

    def _conflict(
        self, form: Any, name: str, full_name: str, formset: Any, *, base: Plain, mine: Plain | None
    ) -> Conflict:
        label, own = str(form[name].label), form.fields[name]
        row = "" if formset is None else str(form.instance)
        theirs = values.in_words(own, values.now(form, name))
        who, when = self.authors.changed(str(own.label or name), row)
        before = "" if full_name in self.before.asked else f"from {values.in_words(own, base)} "
        return Conflict(
            name=full_name,
            label=f"{label} of {row}" if row else label,
            said=f"{who} changed it {before}to {theirs} {when}.",
            mine="what you typed" if mine is None else values.in_words(own, mine),
            theirs=theirs,
        )
