"""The inline rows of a page: kept, changed, removed and added by two people."""

import re
from typing import Any, Final

from bookings.desk.edits import opened, values
from bookings.desk.edits.merging import Conflict, Merge, conflict_name
from bookings.desk.edits.opened import Row

Sent = dict[str, list[str]]  # what was sent of one row: {field: values}
DELETE: Final = "DELETE"


class RowsMerge:
    """Puts the rows of one formset together anew: what was sent, what others added, without what others removed."""

    def __init__(self, merge: Merge, formset: Any, *, may_change: bool) -> None:
        self.merge, self.formset, self.may_change = merge, formset, may_change
        self.data = merge.data
        self.base = merge.before.rows.get(formset.prefix, {})
        self.now = {str(row.pk): row for row in formset.get_queryset()}
        self.pk_name: str = formset.model._meta.pk.name  # noqa: SLF001 (Django's documented API)

    def run(self) -> None:
        if not self.formset.management_form.is_valid():
            return
        forms, initial = self.formset.forms, self.formset.initial_form_count()
        keys = [self.data.get(form.add_prefix(self.pk_name), "") for form in forms[:initial]]
        gained = {key: row for key, row in self.now.items() if key not in self.base and key not in keys}
        kept: list[Sent] = []
        fresh: list[Sent] = []
        for form, key in zip(forms, keys, strict=False):
            if key not in self.base or key in self.now:
                self._merge_row(form, key)
                kept.append(self._sent(form))
            elif self._wants_removed(form, key):
                fresh.append({name: sent for name, sent in self._sent(form).items() if name != self.pk_name})
        twins = [self._held(row) for row in gained.values()]
        fresh += [self._sent(form) for form in forms[initial:] if self._is_new(form, twins)]
        if self.may_change:
            kept += [self._as_sent(row) for row in gained.values()]
        self._write(kept, fresh)

    def _merge_row(self, form: Any, key: str) -> None:
        """A row of both."""
        if key in self.base and key in self.now and self.may_change:
            if self.data.get(form.add_prefix(DELETE)):
                self._removed_by_me(form, self.base[key])
            else:
                self.merge.merge(form, self.base[key], self.formset)

    def _removed_by_me(self, form: Any, base: Row) -> None:
        name, now = conflict_name(form, DELETE, self.formset), opened.as_held(form, self.formset)
        changed = [
            str(form.fields[field].label or field) for field in base if field in now and now[field] != base[field]
        ]
        answer = self.merge.answer(name)
        if answer == "theirs":
            self.data.pop(form.add_prefix(DELETE), None)
            for field in now:
                self.merge.take_theirs(form, field)
        elif changed or (name in self.merge.before.asked and answer != "mine"):
            who, when = self.merge.authors.changed(changed[0] if changed else "", str(form.instance))
            said = f"{who} changed {' and '.join(changed) or 'it'} {when}; you remove the row."
            self.merge.conflicts.append(Conflict(name, str(form.instance), said, "remove it", "let it stay"))

    def _wants_removed(self, form: Any, key: str) -> bool:
        """Somebody else removed the row. Whoever changed nothing in it agrees; the others are asked."""
        mine, base = self._typed(form), self.base[key]
        if self.data.get(form.add_prefix(DELETE)) or mine == base:
            return False
        self._ask_removed(f"{self.formset.prefix}-removed-{key}", mine, _first(base))
        return True

    def _ask_removed(self, name: str, mine: Row, was: str) -> None:
        who, when = self.merge.authors.removed(was)
        said = f"{who} removed this row {when}; you changed it."
        self.merge.conflicts.append(Conflict(name, was, said, "add it again as you typed it", "leave it out"))
        self.merge.removed[name] = mine

    def _is_new(self, form: Any, twins: list[Row]) -> bool:
        """False for a row that is there already, as when a form is sent twice, and for one that is given up."""
        mine = self._typed(form)
        if mine in twins:
            twins.remove(mine)  # each is the twin of one
            return False
        asked = (name for name, row in self.merge.before.removed.items() if row == mine)
        name = next((name for name in asked if name not in self.merge.removed), "")
        answer = self.merge.answer(name) if name else "mine"
        if answer not in {"mine", "theirs"}:
            self._ask_removed(name, mine, _first(mine))
        return answer != "theirs"

    def _typed(self, form: Any) -> Row:
        found = {name: values.typed(form, name) for name in opened.names(form, self.formset)}
        return {name: value for name, value in found.items() if value is not None}

    def _form(self, row: Any) -> Any:
        return self.formset.form(instance=row, prefix="row", **self.formset.get_form_kwargs(None))

    def _held(self, row: Any) -> Row:
        return opened.as_held(self._form(row), self.formset)

    def _sent(self, form: Any) -> Sent:
        start = f"{form.prefix}-"
        return {name.removeprefix(start): self.data.getlist(name) for name in self.data if name.startswith(start)}

    def _as_sent(self, row: Any) -> Sent:
        """A row that somebody else added, as the page would send it unchanged."""
        form, sent = self._form(row), self.data.__class__(mutable=True)
        for name in opened.names(form, self.formset):
            field = form.fields[name]
            value = field.prepare_value(form.get_initial_for_field(field, name))
            values.put(sent, field.widget, name, value)
        return {**dict(sent.lists()), self.pk_name: [str(row.pk)]}

    def _write(self, kept: list[Sent], fresh: list[Sent]) -> None:
        own = re.compile(rf"{re.escape(self.formset.prefix)}-\d+-")
        for name in [name for name in self.data if own.match(name)]:
            del self.data[name]
        for number, row in enumerate(kept + fresh):
            for name, sent in row.items():
                self.data.setlist(f"{self.formset.prefix}-{number}-{name}", sent)
        self.data[f"{self.formset.prefix}-INITIAL_FORMS"] = str(len(kept))
        self.data[f"{self.formset.prefix}-TOTAL_FORMS"] = str(len(kept) + len(fresh))


def _first(row: Row) -> str:
    """What a row is called: its first field."""
    return str(next(iter(row.values()), ""))
