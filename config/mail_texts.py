"""The built-in mail texts as rows that staff can edit; the built-in words hold until a row is put in use."""

from collections.abc import Iterator

from django.conf import settings

from notifications.kinds import all_kinds
from notifications.models import MessageTemplate
from notifications.rendering import built_in


def text_steps() -> Iterator[str]:
    """One for each kind of mail, as the names that setup remembers."""
    yield from (f"mail text:{kind}" for kind in all_kinds())


def give_texts(*, steps: frozenset[str]) -> None:
    """Make the rows that `steps` (of text_steps) name. A row that is there already stays as it is."""
    for kind in all_kinds():
        if f"mail text:{kind}" in steps:
            subject, body = built_in(kind)
            words = {"subject": subject, "body": body, "is_active": False}
            MessageTemplate.objects.get_or_create(kind=kind, language=settings.LANGUAGE_CODE, defaults=words)
