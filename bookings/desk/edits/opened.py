"""What the fields held when a page was opened: signed, and sent with the form."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from django import forms
from django.core import signing
from django.utils import timezone

from bookings.desk.edits import values
from bookings.desk.edits.values import Plain

NAME: Final = "_opened"  # of the hidden field
Row = dict[str, Plain]


@dataclass
class Opened:
    """`rows` by formset and primary key. `asked` are fields that somebody else changed too: they want an answer."""

    at: str
    form: Row = field(default_factory=dict)
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    removed: dict[str, Row] = field(default_factory=dict)  # rows that somebody else removed, as this person typed them

    @property
    def time(self) -> datetime:
        return datetime.fromisoformat(self.at)


def read(text: str, salt: str) -> Opened | None:
    """None for what isn't ours: another row's, another person's, or signed with an earlier key."""
    try:
        return Opened(**signing.loads(text, salt=salt))
    except (signing.BadSignature, TypeError):  # TypeError: of a release that carried other things
        return None


def write(opened: Opened, salt: str) -> str:
    return signing.dumps(asdict(opened), salt=salt, compress=True)


def held(form: Any, formsets: Iterable[Any]) -> Opened:
    """What the rows of this page hold now, whatever is typed over it."""
    rows: dict[str, dict[str, Row]] = {}
    for formset in formsets:
        kept = (row for row in formset.initial_forms if row.instance.pk)
        rows[formset.prefix] = {str(row.instance.pk): as_held(row, formset) for row in kept}
    return Opened(timezone.now().isoformat(), as_held(form), rows)


def as_held(form: forms.BaseForm, formset: Any = None) -> Row:
    return {name: values.now(form, name) for name in names(form, formset)}


def names(form: forms.BaseForm, formset: Any = None) -> list[str]:
    """The fields of a form, or of a formset's row without those that say which row it is."""
    own = (formset.model._meta.pk.name, formset.fk.name, "DELETE") if formset is not None else ()  # noqa: SLF001
    return values.compared(form, but=own)
