"""What all of the desk's admin pages share: lists without a full count, actions as buttons, panels on a page."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.db import models
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminExpandableTextareaWidget

from bookings.desk import action_page
from bookings.desk.actions import Action, actions_of
from bookings.desk.paging import BoundedPaginator
from bookings.desk.people import clerk
from bookings.desk.strict import StrictAdmin
from notifications.number_fields import AmountField, WholeField


@dataclass(frozen=True)
class Panel:
    """A part of an object's page: a template and what it shows."""

    template: str
    context: dict[str, Any]


class DeskAdmin(StrictAdmin):
    panels: ClassVar[list[Callable[[HttpRequest, Any], Panel | None]]] = []
    colours: ClassVar[dict[str, str]] = {}  # of the statuses
    empty_hint = ""  # under an empty list: how rows get there
    list_select_related: tuple[str, ...] = ()  # for the object's page and the actions, too
    list_per_page = 50
    paginator = BoundedPaginator
    list_filter_submit = True
    warn_unsaved_form = True  # an action's button leaves the page
    change_form_outer_after_template = "admin/bookings/panels.html"

    formfield_overrides = {
        models.TextField: {"widget": UnfoldAdminExpandableTextareaWidget({"dir": "auto"})},
        models.IntegerField: {"form_class": WholeField},
        models.DecimalField: {"form_class": AmountField},
    }

    @property
    def desk_actions(self) -> Sequence[Action]:
        """Those registered for the model. (`actions` is Django's own list of bulk actions.)"""
        return actions_of(self.model)

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        view = self.admin_site.admin_view(self.action_view)
        return [path("act/<slug:name>/", view, name=name), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related(*self.list_select_related) if self.list_select_related else rows

    def action_view(self, request: HttpRequest, name: str) -> HttpResponse:
        return action_page.answer(self, request, name)

    def action_row(self, obj: Any) -> Sequence[str]:
        """What a question shows of a row."""
        return [str(obj)]

    def may(self, request: HttpRequest, action: Action) -> bool:
        return clerk(request).has_perm(action.permission) and self.has_view_permission(request)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Each action that the person may do to many rows is a bulk action: it asks, the action's page does it."""
        djangos: dict[str, Any] = super().get_actions(request)
        if IS_POPUP_VAR in request.GET:
            return djangos
        ours = [action for action in self.desk_actions if action.bulk and self.may(request, action)]
        return {action.name: (partial(ask_about_many, action), action.name, action.label) for action in ours} | djangos

    def buttons(self, request: HttpRequest, obj: Model) -> list[dict[str, Any]]:
        """The actions that this person may do to this object now."""
        now, user = timezone.now(), clerk(request)
        allowed = [action for action in self.desk_actions if self.may(request, action)]
        return [
            {
                "action": action,
                "url": self.action_url(action, obj.pk, request.get_full_path()),
                "next_step": getattr(obj, "status", None) in action.row_states,
            }
            for action in allowed
            if action.allows(obj, user, now)
        ]

    def action_url(self, action: Action, pk: Any, next_url: str) -> str:
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_act", args=[action.name])
        return f"{url}?{urlencode({'ids': pk, 'next': next_url})}"

    def next_steps(self, request: HttpRequest, obj: Any) -> SafeString:
        """The buttons of a list's row."""
        return as_links(button for button in self.buttons(request, obj) if button["next_step"])

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = context.get("original")
        if obj is not None:
            context["status_colour"] = self.colours.get(getattr(obj, "status", ""), "")
            context["show_save_and_add_another"] = False
            context["buttons"] = self.buttons(request, obj)
            context["panels"] = [panel for make in self.panels if (panel := make(request, obj))]
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response


def as_links(buttons: Iterable[dict[str, Any]]) -> SafeString:
    links = ((button["url"], button["action"].label) for button in buttons)
    return format_html_join(" ", '<a class="td-row-act" href="{}">{}</a>', links)


def ask_about_many(
    action: Action, model_admin: DeskAdmin, request: HttpRequest, rows: QuerySet[Any]
) -> HttpResponse | None:
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[: action.most + 1])
    if len(ids) > action.most:
        text = f"That is more than {action.most:,} rows at once. Narrow the list with a search or a filter first."
        messages.error(request, text)
        return None
    return action_page.ask(model_admin, request, action, ids, next_url=request.get_full_path())
