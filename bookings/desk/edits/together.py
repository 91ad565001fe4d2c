"""The part of every admin page that keeps two people's changes."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from django.contrib import messages
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.db import connection
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin  # noqa: TID251 (StrictAdmin's own base)

from bookings.desk.edits import once, opened
from bookings.desk.edits.authors import Authors
from bookings.desk.edits.merging import Merge
from bookings.desk.edits.opened import Opened
from bookings.desk.edits.rows import RowsMerge

HELD_BACK: Final = (
    "Nothing is saved yet: somebody else changed the same. Choose above which of the two stays, then save."
)
UNREADABLE: Final = (
    "Nothing is saved yet: we no longer know what this page showed when it was opened, and so can't tell what others"
    " changed meanwhile. Open it anew in another window, compare, then save here."
)


class HeldBack:
    """A form that isn't saved before the person has answered."""

    reason: str

    def full_clean(self) -> None:
        super().full_clean()  # type: ignore[misc]
        if self.is_bound:  # type: ignore[attr-defined]
            self.add_error(None, self.reason)  # type: ignore[attr-defined]


class EditedTogether(ModelAdmin):
    change_form_before_template = "admin/edits.html"

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """A save is compared and checked against the locked row: nobody changes it between that and the save."""
        row = super().get_object(request, object_id, from_field)
        if row is not None and request.method == "POST" and connection.in_atomic_block:
            list(self.model._base_manager.select_for_update(no_key=True).filter(pk=row.pk).values_list("pk"))  # noqa: SLF001
            row = super().get_object(request, object_id, from_field)
        return row

    def _changeform_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: Any
    ) -> HttpResponse:
        view: Callable[[], HttpResponse] = partial(
            super()._changeform_view, request, object_id, form_url, extra_context
        )
        if request.method != "POST":
            return view()
        if object_id is None:
            return once.answer(self, request, view)
        merge = self._merged(request, object_id)
        request.merge = merge  # type: ignore[attr-defined]
        response = view()
        if merge and merge.followed and response.status_code == 302:
            names = ", ".join(dict.fromkeys(merge.followed))
            self.message_user(request, f"Somebody else's change stays, too: {names}.", messages.INFO)
        return response

    def _merged(self, request: HttpRequest, object_id: str) -> Merge | None:
        """Put what others did meanwhile into what was sent. Without the hidden field there is nothing to compare."""
        text = request.POST.get(opened.NAME)
        row = self.get_object(request, unquote(object_id)) if text is not None else None
        if row is None or text is None or not self.has_change_permission(request, row):
            return None
        before = opened.read(text, self._salt(request, row))
        if before is None:
            request.held_back = UNREADABLE  # type: ignore[attr-defined]
            return None
        data = request.POST.copy()
        authors = Authors(self.model, unquote(object_id), since=before.time, reader=request.user)
        merge = Merge(data, before, authors)
        fields = flatten_fieldsets(self.get_fieldsets(request, row))
        form = self.get_form(request, row, change=True, fields=fields)(data, request.FILES, instance=row)
        merge.merge(form, before.form)
        request.POST = data  # type: ignore[assignment]
        formsets, inlines = self._create_formsets(request, row, change=True)
        for formset, inline in zip(formsets, inlines, strict=True):
            RowsMerge(merge, formset, may_change=inline.has_change_permission(request, row)).run()
        if merge.conflicts:
            request.held_back = HELD_BACK  # type: ignore[attr-defined]
        return merge

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            request.added = obj  # type: ignore[attr-defined]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        reason = getattr(request, "held_back", "")
        return type(form)(form.__name__, (HeldBack, form), {"reason": reason}) if reason else form

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = context.get("original")
        if row is None:
            context["once"] = request.POST.get(once.NAME) or once.new_key()
        elif self.has_change_permission(request, row):
            merge: Merge | None = getattr(request, "merge", None)
            formsets = [inline.formset for inline in context["inline_admin_formsets"]]
            state = opened.held(context["adminform"].form, formsets)
            if merge:
                state.asked = [conflict.name for conflict in merge.conflicts]
                state.removed = merge.removed
                context["conflicts"] = merge.conflicts
                if merge.conflicts:
                    state.at = merge.before.at
            context["opened"] = opened.write(state, self._salt(request, context["adminform"].form.instance))
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def _salt(self, request: HttpRequest, row: Any) -> str:
        return f"{Opened.__name__}:{self.opts.label}:{row.pk}:{request.user.pk}"
