"""What a search field asks while somebody types."""

from typing import Any

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from bookings.desk.widgets import RowFilter


class StrictAutocomplete(AutocompleteJsonView):
    """Answers for the fields that a form or a filter searches. Django's own does for every relation of every model."""

    admin_site: Any

    def process_request(self, request: HttpRequest) -> Any:
        asked = tuple(request.GET.get(name, "") for name in ("app_label", "model_name", "field_name"))
        if asked not in self._searched(request):
            raise PermissionDenied
        return super().process_request(request)

    def _searched(self, request: HttpRequest) -> set[tuple[str, str, str]]:
        found: set[tuple[str, str, str]] = set()
        for model, model_admin in self.admin_site._registry.items():  # noqa: SLF001 (as Django's own views)
            filters = [item for item in model_admin.get_list_filter(request) if isinstance(item, tuple | list)]
            names = {name for name, kind in filters if isinstance(kind, type) and issubclass(kind, RowFilter)}
            names |= set(model_admin.get_autocomplete_fields(request))
            found |= {(model._meta.app_label, model._meta.model_name, name) for name in names}  # noqa: SLF001
        return found
