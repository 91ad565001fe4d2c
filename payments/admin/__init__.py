"""The pages of payments, and what they add to bookings: a panel, three acts, and the import with what was paid."""

from bookings.admin import BookingAdmin
from bookings.admin.booking_acts import CONFIRM
from payments.admin.acts import AWAIT, RECORD
from payments.admin.booking_panel import payments_panel
from payments.admin.closing import ClosedDecisionAdmin
from payments.admin.inbox import ProviderEventAdmin
from payments.admin.link_act import LINK
from payments.admin.payments import PaymentAdmin
from payments.admin.refunds import RefundAdmin
from payments.resources import PaidBookingResource

__all__ = ["ClosedDecisionAdmin", "PaymentAdmin", "ProviderEventAdmin", "RefundAdmin"]

after_confirm = BookingAdmin.acts.index(CONFIRM) + 1
BookingAdmin.acts[after_confirm:after_confirm] = [LINK, RECORD, AWAIT]
BookingAdmin.panels.insert(0, payments_panel)
BookingAdmin.import_resource = PaidBookingResource
