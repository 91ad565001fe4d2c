"""The money of a booking, on the booking's own page: one summary, then each payment with its refunds and buttons."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Q, Sum
from django.http import HttpRequest
from django.utils import timezone

from bookings.desk.admin import DeskAdmin, Panel, as_links
from bookings.models import Booking
from payments.admin.payments import COLOURS
from payments.admin.refund_links import REFUND_COLOURS
from payments.models import Payment, Refund

SHOWN = 50
NOTHING = Decimal(0)


def payments_panel(request: HttpRequest, booking: Booking) -> Panel | None:
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
    context = {"rows": rows, "currency": booking.currency, "money": summary(booking, timezone.now())}
    return Panel("admin/payments/payments_panel.html", context)


def summary(booking: Booking, now: datetime) -> dict[str, Any]:
    """All in the booking's currency: what was asked and isn't here yet, came, went back, and is owed.

    `refunded` has refunds, voids and what the bank took back; `going_back` is on its way.
    """
    came = Q(status=Payment.Status.SUCCEEDED)
    asked = Q(status__in=(*Payment.OPEN, Payment.Status.REVIEW))
    payments = booking.payments.aggregate(received=Sum("amount", filter=came), asked=Sum("amount", filter=asked))
    gone = Q(status=Refund.Status.SUCCEEDED)
    coming = ~Q(status__in=(Refund.Status.SUCCEEDED, Refund.Status.FAILED))
    refunds = Refund.objects.filter(payment__booking=booking).aggregate(
        refunded=Sum("amount", filter=gone), going_back=Sum("amount", filter=coming)
    )
    live = booking.status in Booking.OWING
    deposit = booking.due_at(now) if live and booking.staying < booking.deposit_due else NOTHING
    return {
        **{name: value or NOTHING for name, value in (payments | refunds).items()},
        "deposit": deposit if deposit < booking.balance else NOTHING,
        "balance": abs(booking.balance),
        "owes": live and booking.balance > 0,
        "overdue": booking.is_overdue(now),
    }
