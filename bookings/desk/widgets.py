"""Django's search field for a related row, for values that no picker gave."""

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect  # noqa: TID251 (this is its one place)
from unfold.contrib.filters.admin import AutocompleteSelectFilter  # noqa: TID251 (likewise)
from unfold.contrib.filters.forms import AutocompleteDropdownForm

from notifications.row_keys import is_key


class RowSelect(AutocompleteSelect):
    """Shows a wrong answer again as no answer. Django's own asks the database for a row with the key “abc”."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        rows = [key for key in value if is_key(self.field.target_field, key)]
        return super().optgroups(name, rows, attr)


class RowFilterForm(AutocompleteDropdownForm):
    widget = RowSelect


class RowFilter(AutocompleteSelectFilter):
    form_class = RowFilterForm
