"""What every action asks before it is done."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Model

from notifications.refusals import Refused

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class ActionForm(forms.Form):
    """The question of an action; without fields it is a yes or no. `rows` are what the action is about.

    `ready` is False when there is nothing that could be done: then the page has no button, and `why_not` answers who
    sends the form all the same. `above` names a template for what stands above the fields; it sees the form.
    """

    ready = True
    why_not = "This can't be done in its present state."
    above = ""

    def __init__(self, *args: Any, user: "User", rows: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.rows = rows
        self.prepare()

    def prepare(self) -> None:
        """Fit the fields to the person and the rows."""

    @property
    def answers(self) -> dict[str, Any]:
        """What a valid form answers, as plain values that an action takes: of a row its key. A file stays a file."""
        return {name: value.pk if isinstance(value, Model) else value for name, value in self.cleaned_data.items()}


def field_of(refusal: Refused, form: forms.Form) -> str | None:
    """The field of this form that a refusal is about: corrected there, nothing typed is lost. None if there is none."""
    return next((name for name in refusal.form_fields if name in form.fields), None)
