"""The pages of bookings and of the outbox. payments extends the booking page."""

from bookings.admin import actions
from bookings.admin.bookings import BookingAdmin
from bookings.admin.customers import CustomerAdmin
from bookings.admin.departures import DepartureAdmin
from bookings.admin.mail import MessageAdmin, MessageTemplateAdmin, ReminderRuleAdmin
from bookings.admin.trips import TripAdmin

__all__ = [
    "BookingAdmin",
    "CustomerAdmin",
    "DepartureAdmin",
    "MessageAdmin",
    "MessageTemplateAdmin",
    "ReminderRuleAdmin",
    "TripAdmin",
    "actions",
]
