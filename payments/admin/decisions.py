"""The page “Needs a decision”: each thing with its buttons, which are the actions of the rows themselves."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from bookings.desk.admin import DeskAdmin, as_links
from bookings.desk.people import clerk
from bookings.models import Booking
from bookings.wording import money
from payments.models import Payment
from payments.services.decision_entries import Section, decision_entry, sections
from payments.services.decisions import Decision

# Of a booking's and a payment's many buttons, those that decide.
WAYS_OUT = {
    "bookings.Booking": {"bring-back"},
    "payments.Payment": {"refund", "apply-review", "reject-review", "verify", "close-unanswered"},
}


def page(model_admin: DeskAdmin, request: HttpRequest) -> HttpResponse:
    """For who may see payments; each button for who may press it."""
    found = sections(now=timezone.now(), events=request.user.has_perm("payments.view_providerevent"))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Needs a decision",
        "opts": model_admin.opts,
        "media": model_admin.media,
        "sections": [_section(request, section) for section in found],
        "close_url": reverse("admin:payments_payment_close"),
        "closed_url": reverse("admin:payments_closeddecision_changelist"),
    }
    return TemplateResponse(request, "admin/payments/decisions.html", context)


def amount_of(decision: Decision) -> str:
    amount = decision.row.amount if isinstance(decision.row, Payment) else decision.amount
    return money(amount, decision.booking.currency) if amount is not None and decision.booking else ""


def _section(request: HttpRequest, section: Section) -> dict[str, Any]:
    may_close = clerk(request).has_perm(section.topic.permission)
    entries = [str(decision_entry(section.topic.kind, decision)) for decision in section.decisions]
    all_of_them = f"{reverse('admin:payments_payment_close')}?{urlencode({'ids': ','.join(entries)})}"
    rows = zip(section.decisions, entries, strict=True)
    return {
        "section": section,
        "rows": [_row(request, decision, entry if may_close else "") for decision, entry in rows],
        "close_all_url": all_of_them if may_close and len(entries) > 1 else "",
    }


def _row(request: HttpRequest, decision: Decision, entry: str) -> dict[str, Any]:
    row, booking = decision.row, decision.booking
    buttons = [(_links(request, row), "")]
    several = len(decision.refundable) > 1
    buttons += [(_links(request, payment), str(payment) if several else "") for payment in decision.refundable]
    return {
        "decision": decision,
        "entry": entry,
        "name": decision.name,
        "url": _url(row),
        "booking": None if isinstance(row, Booking) else booking,
        "customer": booking.customer.name if booking else "",
        "amount": amount_of(decision),
        "buttons": [(links, name) for links, name in buttons if links],
    }


def _url(row: Model) -> str:
    has_a_page = admin.site.is_registered(type(row))
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk]) if has_a_page else ""  # noqa: SLF001


def _links(request: HttpRequest, row: Model) -> SafeString:
    if not admin.site.is_registered(type(row)):
        return SafeString()
    model_admin = admin.site.get_model_admin(type(row))
    assert isinstance(model_admin, DeskAdmin)  # noqa: S101 (for the type checker)
    chosen = WAYS_OUT.get(row._meta.label)  # noqa: SLF001
    return as_links(b for b in model_admin.buttons(request, row) if chosen is None or b["action"].name in chosen)
