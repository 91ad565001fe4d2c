"""The pages of bookings with money on them: a panel, three acts, and the import with what was paid."""

from django.contrib import admin

from bookings.admin import BookingAdmin
from bookings.admin.actions.bookings import CONFIRM
from bookings.models import Booking
from payments.admin.actions.bookings import LINK
from payments.admin.actions.payments import AWAIT, RECORD
from payments.admin.booking_panel import payments_panel
from payments.resources import PaidBookingResource

admin.site.unregister(Booking)
AFTER_CONFIRM = BookingAdmin.acts.index(CONFIRM) + 1


@admin.register(Booking)
class PaidBookingAdmin(BookingAdmin):
    acts = [*BookingAdmin.acts[:AFTER_CONFIRM], LINK, RECORD, AWAIT, *BookingAdmin.acts[AFTER_CONFIRM:]]
    panels = [payments_panel, *BookingAdmin.panels]
    import_resource = PaidBookingResource
