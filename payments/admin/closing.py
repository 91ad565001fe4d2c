"""Closing entries of “Needs a decision”: the question and its answer."""

from collections.abc import Sequence

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from bookings.actors import staff
from bookings.desk.action_report import SHOWN, tell
from bookings.desk.admin import DeskAdmin
from bookings.desk.people import clerk
from bookings.outcome import Outcome
from payments.admin.actions.decisions import CloseEntry, may_close
from payments.admin.decisions import amount_of
from payments.forms.decisions import StaffReasonForm
from payments.models import ClosedDecision
from payments.services.closing_decisions import close_decisions
from payments.services.decision_entries import DecisionEntry, find_entries, read_entry
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


def _entries(texts: Sequence[str]) -> list[DecisionEntry]:
    """Nothing where there are too many, or one isn't an entry."""
    entries = [read_entry(text) for text in dict.fromkeys(texts) if text]
    found = [entry for entry in entries if entry is not None]
    return found if len(found) == len(entries) <= AT_ONCE else []


def _ask(
    model_admin: DeskAdmin,
    request: HttpRequest,
    entries: Sequence[DecisionEntry],
    allowed: Sequence[DecisionEntry],
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


def _cells(entry: DecisionEntry, decision: Decision) -> list[str]:
    customer = decision.booking.customer.name if decision.booking else ""
    label = str(Kind(entry.kind).label)
    return [decision.name, customer, amount_of(decision), label, decision.what]


def _effects(found: dict[DecisionEntry, Decision]) -> list[str]:
    texts = ["It leaves the list and comes back only if something new happens. No money moves, and nobody is mailed."]
    if any(decision.booking for decision in found.values()):
        texts.append("Your reason stands on the booking's timeline.")
    kinds = {entry.kind for entry in found}
    return texts + [text for text, about in STAYS.items() if kinds & about]


def _list_url() -> str:
    return reverse("admin:payments_payment_decisions")
