"""Template filters of the desk, such as `booking.total|money:booking.currency`."""

from decimal import Decimal

from django import template

from bookings import wording

register = template.Library()


register.filter("still_to_pay", wording.still_to_pay)


@register.filter
def money(amount: Decimal, currency: str) -> str:
    return wording.money(amount, currency)
