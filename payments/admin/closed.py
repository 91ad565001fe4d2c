"""The list of decisions that were closed."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import DropdownFilter, MultipleChoicesDropdownFilter
from unfold.decorators import display

from bookings.admin.filters import DaysFilter
from bookings.admin.mail.pages import unbroken
from bookings.desk.admin import as_links
from bookings.desk.people import two_lines
from payments.admin.closing import Kind
from payments.admin.look_only import LookOnly, link_to
from payments.models import ClosedDecision


class NowFilter(DropdownFilter):
    title = "now"
    parameter_name = "now"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("closed", "Closed"), ("open", "Opened again")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = {"closed": True, "open": False}.get(self.value() or "")
        return queryset if wanted is None else queryset.filter(reopened_at__isnull=wanted)


@admin.register(ClosedDecision)
class ClosedDecisionAdmin(LookOnly):
    list_display = ("name", "shown_booking", "shown_reason", "shown_closed", "shown_now")
    list_select_related = ("booking",)
    list_filter = (("kind", MultipleChoicesDropdownFilter), NowFilter, ("closed_at", DaysFilter))
    search_fields = ("name__startswith", "booking__reference__startswith")
    search_help_text = "The beginning of a transaction or a booking's reference"
    empty_hint = "What is closed under “Needs a decision” stands here, and can be opened again."
    sortable_by = ("shown_closed",)
    change_form_outer_before_template = "admin/payments/closed_top.html"
    fields = ("kind", "name", "shown_booking", "what", "reason", "shown_closed", "what_since")
    readonly_fields = fields

    def has_view_permission(self, request: HttpRequest, obj: ClosedDecision | None = None) -> bool:
        """Who may see the list of decisions may see what became of them."""
        return request.user.has_perm("payments.view_payment")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ClosedDecision]:
        rows: QuerySet[ClosedDecision] = super().get_queryset(request)
        see_inbox = request.user.has_perm("payments.view_providerevent")
        return rows if see_inbox else rows.exclude(kind=Kind.EVENT)

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        @display(description="next step")
        def next_step(row: ClosedDecision) -> SafeString:
            return self.next_steps(request, row)

        return [*super().get_list_display(request), next_step]

    def next_steps(self, request: HttpRequest, obj: Any) -> SafeString:
        return as_links(self.buttons(request, obj))

    def action_row(self, obj: ClosedDecision) -> list[str]:
        return [obj.name, str(obj.get_kind_display()), obj.reason, obj.closed_by_label]

    @display(description="booking")
    def shown_booking(self, row: ClosedDecision) -> Any:
        return link_to(row.booking) if row.booking else "–"

    @display(description="why")
    def shown_reason(self, row: ClosedDecision) -> SafeString:
        about = format_html('<span class="td-note" dir="auto">{}</span>', f"{row.get_kind_display()}. {row.what}")
        return two_lines(format_html('<bdi dir="auto">{}</bdi>', row.reason), about)

    @display(description="closed", ordering="closed_at")
    def shown_closed(self, row: ClosedDecision) -> SafeString:
        at = unbroken(date_format(timezone.localtime(row.closed_at), "j M Y, H:i"))
        return two_lines(at, format_html('by <bdi dir="auto">{}</bdi>', row.closed_by_label))

    @display(description="now")
    def what_since(self, row: ClosedDecision) -> str:
        return str(self.shown_now(row)[1])

    @display(description="now", label={"closed": "success", "open": "warning"})
    def shown_now(self, row: ClosedDecision) -> tuple[str, str]:
        if row.reopened_at is None:
            return "closed", "Closed"
        return "open", f"Opened again: {row.reopened_by_label}"
