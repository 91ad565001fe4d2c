"""The pages of bookings with money on them: a panel, and the import with what was paid."""

from django.contrib import admin

from bookings.admin import BookingAdmin
from bookings.models import Booking
from payments.admin.booking_panel import payments_panel
from payments.resources import PaidBookingResource

admin.site.unregister(Booking)


@admin.register(Booking)
class PaidBookingAdmin(BookingAdmin):
    panels = [payments_panel, *BookingAdmin.panels]
    import_resource = PaidBookingResource
