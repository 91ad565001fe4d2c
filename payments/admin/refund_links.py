"""A payment's refunds, as its page and the list show them."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString

from bookings.desk.admin import DeskAdmin, Panel, as_links
from payments.models import Payment, Refund

REFUND_COLOURS: dict[str, str] = {
    Refund.Status.REQUESTED: "warning",
    Refund.Status.APPROVED: "info",
    Refund.Status.PROCESSING: "info",
    Refund.Status.SUCCEEDED: "success",
    Refund.Status.FAILED: "danger",
    Refund.Status.UNKNOWN: "warning",
}


def refunds_panel(request: HttpRequest, payment: Payment) -> Panel | None:
    rows = []
    for refund in payment.refunds.all():
        refund.payment = payment
        rows.append((refund, REFUND_COLOURS.get(refund.status, ""), refund_links(request, refund)))
    return Panel("admin/payments/refunds_panel.html", {"rows": rows}) if rows else None


def refund_links(request: HttpRequest, refund: Refund) -> SafeString:
    """The buttons for a refund, on other rows' pages."""
    refund_admin = admin.site.get_model_admin(Refund)
    assert isinstance(refund_admin, DeskAdmin)  # noqa: S101 (for the type checker)
    return as_links(refund_admin.buttons(request, refund))
