"""Template filters of the money pages, such as `payment|receipt_name`."""

from django import template

from payments.emails import receipt_name

register = template.Library()
register.filter("receipt_name", receipt_name)
