"""The page “Needs a decision”: each thing with its buttons, which are the acts of the rows themselves."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from bookings.admin.desk import DeskAdmin, as_links
from bookings.models import Booking
from bookings.wording import money
from payments.models import Payment, Refund
from payments.services.decisions import Decision, sections

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
        "sections": [(section, [_row(request, decision) for decision in section.decisions]) for section in found],
    }
    return TemplateResponse(request, "admin/payments/decisions.html", context)


def _row(request: HttpRequest, decision: Decision) -> dict[str, Any]:
    row, booking = decision.row, decision.booking
    currency = booking.currency if booking else ""
    amount = row.amount if isinstance(row, Payment) else decision.amount
    buttons = [(_links(request, row), "")]
    several = len(decision.refundable) > 1
    buttons += [(_links(request, payment), str(payment) if several else "") for payment in decision.refundable]
    return {
        "decision": decision,
        "name": row.payment.tx_ref if isinstance(row, Refund) else str(row),
        "url": reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk]),  # noqa: SLF001
        "booking": None if isinstance(row, Booking) else booking,
        "customer": booking.customer.name if booking else "",
        "amount": money(amount, currency) if amount is not None and currency else "",
        "buttons": [(links, name) for links, name in buttons if links],
    }


def _links(request: HttpRequest, row: Model) -> SafeString:
    model_admin = admin.site.get_model_admin(type(row))
    assert isinstance(model_admin, DeskAdmin)  # noqa: S101 (for the type checker)
    chosen = WAYS_OUT.get(row._meta.label)  # noqa: SLF001
    return as_links(b for b in model_admin.buttons(request, row) if chosen is None or b["act"].name in chosen)
