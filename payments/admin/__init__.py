"""The pages of payments, and the booking's pages with what payments adds to them."""

from payments.admin import actions
from payments.admin.bookings import PaidBookingAdmin
from payments.admin.closed import ClosedDecisionAdmin
from payments.admin.inbox import ProviderEventAdmin
from payments.admin.payments import PaymentAdmin
from payments.admin.refunds import RefundAdmin

__all__ = ["ClosedDecisionAdmin", "PaidBookingAdmin", "PaymentAdmin", "ProviderEventAdmin", "RefundAdmin", "actions"]
