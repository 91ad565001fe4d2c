"""Who changed what since a page was opened, by the admin's own log."""

import json
from datetime import datetime
from typing import Any, Final

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils import timezone
from django.utils.formats import date_format

LOOKED_AT: Final = 50  # entries


class Authors:
    """Of one row and its inline rows; what a service or an import changed has no entry here."""

    def __init__(self, model: type[Model], object_id: str, *, since: datetime, reader: Any) -> None:
        kind = ContentType.objects.get_for_model(model)
        entries = LogEntry.objects.filter(content_type=kind, object_id=object_id, action_time__gte=since)
        self.entries = list(entries.select_related("user").order_by("-pk")[:LOOKED_AT])
        self.reader = reader

    def changed(self, label: str, row: str = "") -> tuple[str, str]:
        """Who changed the field, and when: “Sara” and “at 10:32”."""
        return self._of(lambda what: label in what.get("changed", {}).get("fields", ()) and _is(what["changed"], row))

    def removed(self, row: str) -> tuple[str, str]:
        """Of a row that is gone only its first field's value is known, with which its name begins."""
        return self._of(lambda what: str(what.get("deleted", {}).get("object", "")).startswith(row or "?"))

    def _of(self, fits: Any) -> tuple[str, str]:
        entry = next((entry for entry in self.entries if any(fits(what) for what in _changes(entry))), None)
        if entry is None:
            return "Somebody else", "meanwhile"
        mine = entry.user_id == self.reader.pk
        name = "You, in another window," if mine else entry.user.get_full_name() or entry.user.get_username()
        when = timezone.localtime(entry.action_time)
        day = "" if when.date() == timezone.localdate() else f"on {date_format(when, 'j M Y')} "
        return name, f"{day}at {date_format(when, 'H:i')}"


def _is(what: dict[str, Any], row: str) -> bool:
    """A row of an inline is named in the entry; the page's own row is not."""
    return str(what.get("object", "")) == row


def _changes(entry: LogEntry) -> list[dict[str, Any]]:
    try:
        found = json.loads(entry.change_message)
    except ValueError:
        return []
    return [what for what in found if isinstance(what, dict)] if isinstance(found, list) else []
