"""The payments of a booking, on the booking's own page."""

from django.contrib import admin
from django.http import HttpRequest

from bookings.admin.desk import DeskAdmin, Panel, as_links
from bookings.models import Booking
from payments.admin.payments import COLOURS, REFUND_COLOURS
from payments.models import Payment

SHOWN = 50


def payments_panel(request: HttpRequest, booking: Booking) -> Panel | None:
    """Each payment with its refunds, and the buttons for it."""
    if not request.user.has_perm("payments.view_payment"):
        return None
    payment_admin = admin.site.get_model_admin(Payment)
    assert isinstance(payment_admin, DeskAdmin)  # noqa: S101 (for the type checker)
    payments = booking.payments.prefetch_related("refunds").order_by("-pk")[:SHOWN]
    rows = [
        {
            "payment": payment,
            "colour": COLOURS.get(payment.status, ""),
            "buttons": as_links(payment_admin.buttons(request, payment)),
            "refunds": [(refund, REFUND_COLOURS.get(refund.status, "")) for refund in payment.refunds.all()],
        }
        for payment in payments
    ]
    return Panel("admin/payments/payments_panel.html", {"rows": rows, "currency": booking.currency})
