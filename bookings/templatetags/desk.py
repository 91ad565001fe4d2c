"""Template filters of the desk, such as `booking.total|money:booking.currency`."""

from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.formats import number_format

from bookings import wording
from bookings.models import Booking

register = template.Library()


register.filter("still_to_pay", wording.still_to_pay)


@register.filter
def overdue(booking: Booking) -> bool:
    return booking.is_overdue(timezone.now())


@register.filter
def money(amount: Decimal, currency: str) -> str:
    return wording.money(amount, currency)


@register.filter
def amount(value: Decimal) -> str:
    """Such as 12,500.00, where the currency stands elsewhere."""
    return number_format(value, decimal_pos=2, force_grouping=True)
