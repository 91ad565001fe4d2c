"""The base of every admin page: it takes what its own filters, search and links send, and nothing else.

Django lets an address filter a list by any column and any lookup: `?html__regex=…` keeps PostgreSQL busy for minutes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.contrib.admin.exceptions import DisallowedModelAdminLookup, DisallowedModelAdminToField
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_POPUP_VAR, IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.text import Truncator
from unfold.views import ChangeList

from bookings.desk.edits.together import EditedTogether
from bookings.desk.widgets import RowSelect
from notifications.row_keys import is_key

LONGEST, MOST_WORDS = 100, 8  # of a search
NAMED = 3  # parameters in one sentence
# What the database or a field says of a value that no filter of ours sends.
UNFIT = (
    DisallowedModelAdminLookup,
    DisallowedModelAdminToField,
    IncorrectLookupParameters,
    ValidationError,
    DataError,
    ValueError,
    OverflowError,
)
OF_EVERY_LIST = {ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR, SEARCH_VAR, IS_POPUP_VAR}


def as_typed(text: str) -> str:
    """A search on one line, and bounded: each word is looked for in many rows."""
    return " ".join(text[:LONGEST].split()[:MOST_WORDS])


class UnfitQueryError(Exception):
    """A list was asked for with parameters that it doesn't take."""

    def __init__(self, names: list[str]) -> None:
        super().__init__()
        self.names = names


@contextmanager
def fitting(request: HttpRequest) -> Iterator[None]:
    """What goes wrong with a list that was asked for with parameters is their fault."""
    try:
        yield
    except UNFIT as error:
        if not request.GET:
            raise
        named = [name for name in request.GET if name not in OF_EVERY_LIST]
        raise UnfitQueryError(named or list(request.GET)) from error


class StrictChangeList(ChangeList):
    def get_filters(self, request: HttpRequest) -> Any:
        """What no filter of the list has taken must be one of the lookups that our own links use."""
        found = super().get_filters(request)
        unknown = sorted(set(found[2]) - self.model_admin.linked_lookups)
        if unknown:
            raise UnfitQueryError(unknown)
        return found


class StrictAdmin(EditedTogether):
    linked_lookups: ClassVar[frozenset[str]] = frozenset()  # beside the filters' own
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # counts of every filter's every choice

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return StrictChangeList

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """With its rows: a value that the database can't take is told here, not in the middle of the page."""
        with fitting(request):
            found = super().get_changelist_instance(request)
            len(found.result_list)
        return found

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        try:
            response: HttpResponse = super().changelist_view(request, extra_context)
        except UnfitQueryError as unfit:
            return self.lead_back(request, unfit)
        return response

    def lead_back(self, request: HttpRequest, unfit: UnfitQueryError) -> HttpResponse:
        names = ", ".join(Truncator(name).chars(60) for name in unfit.names[:NAMED])
        text = f"This list can't be narrowed by {names}, or not by that value. The whole list is shown."
        self.message_user(request, text, messages.ERROR)
        popup = f"?{IS_POPUP_VAR}=1" if IS_POPUP_VAR in request.GET else ""
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist") + popup)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        ticked = request.POST.getlist(ACTION_CHECKBOX_NAME)
        if not all(is_key(self.opts.pk, key) for key in ticked):
            text = f"Choose rows by their ticks: {ACTION_CHECKBOX_NAME} names something else. Nothing was changed."
            self.message_user(request, text, messages.ERROR)
            return None
        response: HttpResponse | None = super().response_action(request, queryset)
        return response

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        found: tuple[QuerySet[Any], bool] = super().get_search_results(request, queryset, as_typed(search_term))
        return found

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """Django makes a new row of any form that is sent with `_saveasnew`, also where the page has no such button."""
        if "_saveasnew" in request.POST and not self.save_as:
            request.POST = request.POST.copy()  # type: ignore[assignment]
            del request.POST["_saveasnew"]  # type: ignore[misc]
        return super().changeform_view(request, object_id, form_url, extra_context)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in self.get_autocomplete_fields(request) and "widget" not in kwargs:
            kwargs["widget"] = RowSelect(db_field, self.admin_site, using=kwargs.get("using"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def find(self, request: HttpRequest, object_id: Any) -> Any:
        """The row that an address names, or 404."""
        row = self.get_object(request, unquote(str(object_id)))
        if row is None:
            raise Http404
        return row
