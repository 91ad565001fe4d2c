"""Closing entries of “Needs a decision”: the question, its answer, and the list of what was closed."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import DropdownFilter, MultipleChoicesDropdownFilter
from unfold.decorators import display

from bookings.actors import staff
from bookings.admin.filters import DaysFilter
from bookings.admin.mail.pages import unbroken
from bookings.desk.action_page import SHOWN, tell
from bookings.desk.admin import DeskAdmin, as_links
from bookings.desk.people import clerk, two_lines
from bookings.outcome import Outcome
from payments.admin.actions.decisions import CloseEntry, may_close
from payments.admin.decisions import amount_of
from payments.admin.look_only import LookOnly, link_to
from payments.forms.refunds import StaffReasonForm
from payments.models import ClosedDecision
from payments.services.closing_decisions import Entry, close_decisions, find_entries, read_entry
from payments.services.decisions import Decision

AT_ONCE = 500
Kind = ClosedDecision.Kind
STAYS = {
    "A payment that isn't decided still keeps its booking's seats.": {Kind.REVIEW, Kind.UNANSWERED},
    "A refund that isn't decided still waits, and its money counts as going back.": {
        Kind.TO_APPROVE,
        Kind.TO_PAY_OUT,
        Kind.UNCLEAR,
    },
}
CLOSE = CloseEntry()


def page(model_admin: DeskAdmin, request: HttpRequest) -> HttpResponse:
    """GET asks, POST closes. Each entry needs the permission of its kind."""
    given = request.POST if request.method == "POST" else request.GET
    entries = _entries([*given.get("ids", "").split(","), *given.getlist("entry")])
    if not entries:
        messages.error(request, f"Choose between 1 and {AT_ONCE} entries first.")
        return HttpResponseRedirect(_list_url())
    allowed = [entry for entry in entries if may_close(clerk(request), entry.kind)]
    if not allowed:
        raise PermissionDenied
    form = StaffReasonForm(request.POST, user=clerk(request), rows=[]) if request.method == "POST" else None
    if form is None or not form.is_valid():
        return _ask(model_admin, request, entries, allowed, form)
    outcome = close_decisions(
        entries=allowed, reason=form.cleaned_data["reason"], actor=staff(clerk(request)), now=timezone.now()
    )
    named = Outcome([row.name for row in outcome.done], outcome.refused)
    if left := len(entries) - len(allowed):
        named.warnings.append(f"{left} of them were left alone: they are for others to decide.")
    tell(request, CLOSE, named)
    return HttpResponseRedirect(_list_url())


def _entries(texts: Sequence[str]) -> list[Entry]:
    """Nothing where there are too many, or one isn't an entry."""
    entries = [read_entry(text) for text in dict.fromkeys(texts) if text]
    found = [entry for entry in entries if entry is not None]
    return found if len(found) == len(entries) <= AT_ONCE else []


def _ask(
    model_admin: DeskAdmin,
    request: HttpRequest,
    entries: Sequence[Entry],
    allowed: Sequence[Entry],
    form: StaffReasonForm | None,
) -> HttpResponse:
    found = find_entries(allowed, now=timezone.now())
    form = form or StaffReasonForm(user=clerk(request), rows=[])
    context = {
        **model_admin.admin_site.each_context(request),
        "title": CLOSE.question.of([decision.name for decision in found.values()] or ["this entry"]),
        "opts": model_admin.opts,
        "media": model_admin.media + form.media,
        "action": CLOSE,
        "form": form,
        "ids": ",".join(map(str, entries)),
        "next": _list_url(),
        "rows": [_cells(entry, decision) for entry, decision in found.items()][:SHOWN],
        "more": max(0, len(found) - SHOWN),
        "left_alone": len(entries) - len(found),
        "count": len(entries),
        "effects": list(_effects(found)) if found else [],
        "action_url": reverse("admin:payments_payment_close"),
    }
    return TemplateResponse(request, "admin/action.html", context)


def _cells(entry: Entry, decision: Decision) -> list[str]:
    customer = decision.booking.customer.name if decision.booking else ""
    label = str(Kind(entry.kind).label)
    return [decision.name, customer, amount_of(decision), label, decision.what]


def _effects(found: dict[Entry, Decision]) -> list[str]:
    texts = ["It leaves the list and comes back only if something new happens. No money moves, and nobody is mailed."]
    if any(decision.booking for decision in found.values()):
        texts.append("Your reason stands on the booking's timeline.")
    kinds = {entry.kind for entry in found}
    return texts + [text for text, about in STAYS.items() if kinds & about]


def _list_url() -> str:
    return reverse("admin:payments_payment_decisions")


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
