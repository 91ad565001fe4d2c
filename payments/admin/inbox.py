"""The webhook inbox: what providers posted, what became of it, and the button to try again."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from unfold.contrib.filters.admin import MultipleChoicesDropdownFilter
from unfold.decorators import display

from bookings.admin.filters import DaysFilter
from bookings.admin.mail.pages import unbroken
from bookings.desk.strict import as_typed
from payments.admin.filters import EventAge, EventNameFilter
from payments.admin.look_only import LookOnly
from payments.admin.readable import rows_of
from payments.models import ProviderEvent

COLOURS: dict[str, str] = {
    ProviderEvent.Status.RECEIVED: "info",
    ProviderEvent.Status.PROCESSED: "success",
    ProviderEvent.Status.IGNORED: "",
    ProviderEvent.Status.UNMATCHED: "warning",
    ProviderEvent.Status.FAILED: "danger",
}


@admin.register(ProviderEvent)
class ProviderEventAdmin(LookOnly):
    colours = COLOURS
    change_form_outer_before_template = "admin/payments/event_top.html"
    list_display = ("number", "shown_event", "shown_status", "tx_ref", "note", "shown_received")
    list_display_links = ("number", "shown_event")
    list_select_related = ("payment",)
    list_filter = (
        ("status", MultipleChoicesDropdownFilter),
        EventNameFilter,
        EventAge,
        ("received_at", DaysFilter),
    )
    linked_lookups = frozenset({"status__in"})
    search_fields = ("tx_ref",)
    search_help_text = "The beginning of a transaction"
    empty_hint = "What payment providers report arrives here by itself."
    sortable_by = ("shown_received",)
    fields = ("shown_body", "shown_headers")
    readonly_fields = fields

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        @display(description="next step")
        def next_step(event: ProviderEvent) -> SafeString:
            return self.next_steps(request, event)

        return [*super().get_list_display(request), next_step]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ProviderEvent], search_term: str
    ) -> tuple[QuerySet[ProviderEvent], bool]:
        text = "".join(as_typed(search_term).split())
        found = Q(tx_ref__startswith=text) | Q(tx_ref__startswith=text.upper())
        return (queryset.filter(found) if text else queryset), False

    def action_row(self, obj: ProviderEvent) -> list[str]:
        return [str(obj), obj.tx_ref, str(obj.get_status_display()), obj.last_error]

    @display(description="no.")
    def number(self, event: ProviderEvent) -> str:
        return f"#{event.pk}"

    @display(description="event")
    def shown_event(self, event: ProviderEvent) -> str:
        return event.event or "(no name)"

    @display(description="status", label=COLOURS)
    def shown_status(self, event: ProviderEvent) -> tuple[str, str]:
        return event.status, str(event.get_status_display())

    @display(description="note")
    def note(self, event: ProviderEvent) -> SafeString:
        return format_html('<span class="td-note" dir="auto">{}</span>', Truncator(event.last_error).chars(120))

    @display(description="received", ordering="received_at")
    def shown_received(self, event: ProviderEvent) -> SafeString:
        return unbroken(date_format(timezone.localtime(event.received_at), "j M Y, H:i"))

    @display(description="what it said")
    def shown_body(self, event: ProviderEvent) -> SafeString:
        return rows_of(event.body)

    @display(description="headers")
    def shown_headers(self, event: ProviderEvent) -> SafeString:
        return rows_of(event.headers)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        event = context.get("original")
        if event and event.payment and request.user.has_perm("payments.view_payment"):
            context["payment_url"] = reverse("admin:payments_payment_change", args=[event.payment_id])
        return super().render_change_form(request, context, *args, **kwargs)
