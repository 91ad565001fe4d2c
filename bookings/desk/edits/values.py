"""A form field's value as plain text: to be compared, shown in a sentence, or put into what a form was sent."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms.models import ModelChoiceField
from django.http import QueryDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator

Plain = str | list[str]
SHOWN: Final = 120  # letters of a value in a sentence
NAMED: Final = 8  # of a list's entries


def plain(field: forms.Field, value: Any) -> Plain:
    """Equal for equal values, be they read from the database or from what was typed."""
    value = field.prepare_value(value)
    if isinstance(value, list | tuple | set | QuerySet):
        return sorted(_text(field.prepare_value(entry)) for entry in value)
    return _text(value)


def _text(value: Any) -> str:
    if value is None or value is False:
        return ""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, datetime):
        aware = timezone.make_aware(value) if timezone.is_naive(value) else value
        return aware.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, Model):
        return str(value.pk)
    return str(value).replace("\r\n", "\n").strip()


def typed(form: forms.BaseForm, name: str) -> Plain | None:
    """What the person sent, or None when the field can't take it."""
    try:
        return plain(form.fields[name], form.fields[name].clean(form[name].data))
    except ValidationError:
        return None


def now(form: forms.BaseForm, name: str) -> Plain:
    """What the row holds."""
    return plain(form.fields[name], form.get_initial_for_field(form.fields[name], name))


def compared(form: forms.BaseForm, *, but: Iterable[str] = ()) -> list[str]:
    """The fields that a person can change. A disabled one shows what can't be, such as a password's hash."""
    return [
        name
        for name, field in form.fields.items()
        if not field.disabled and name not in but and not isinstance(field, forms.FileField)
    ]


def in_words(field: forms.Field, value: Plain) -> str:
    if isinstance(value, list):
        names = [_named(field, entry) for entry in value[:NAMED]]
        return ", ".join(names) + (f" and {len(value) - NAMED} more" if len(value) > NAMED else "") or "nothing"
    if isinstance(field, forms.BooleanField):
        return "yes" if value else "no"
    return f"“{Truncator(_named(field, value)).chars(SHOWN)}”" if value else "blank"


def _named(field: forms.Field, value: str) -> str:
    if isinstance(field, ModelChoiceField):
        row = field.queryset.filter(pk=value).first() if field.queryset is not None else None
        return "another" if row is None else field.label_from_instance(row)
    if isinstance(field, forms.ChoiceField):
        return str(dict(_flat(field.choices)).get(value, value))
    if isinstance(field, forms.DateTimeField | forms.SplitDateTimeField):
        return date_format(timezone.localtime(datetime.fromisoformat(value)), "j M Y, H:i")
    return value


def _flat(choices: Any) -> Iterable[tuple[str, Any]]:
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(key), label


def put(data: QueryDict, widget: forms.Widget, html_name: str, value: Any) -> None:
    """Write `value` as a browser would send it from this widget."""
    if isinstance(widget, forms.MultiWidget):
        names: list[str] = widget.widgets_names  # type: ignore[attr-defined]  # Django's own, which the stubs lack
        for suffix, part, piece in zip(names, widget.widgets, widget.decompress(value) or (), strict=True):
            put(data, part, html_name + suffix, piece)
        return
    data.pop(html_name, None)
    if isinstance(widget, forms.CheckboxInput):
        if widget.check_test(value):
            data[html_name] = "on"
        return
    shown = widget.format_value(value)
    if isinstance(shown, list | tuple):
        data.setlist(html_name, [str(entry) for entry in shown])
    else:
        data[html_name] = "" if shown is None else str(shown)
