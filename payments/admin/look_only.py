"""Rows that nobody types: looked at, and changed by actions only."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from bookings.desk.admin import DeskAdmin
from bookings.models import Booking


class LookOnly(DeskAdmin):
    """No add, change or delete."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def link_to(booking: Booking) -> SafeString:
    url = reverse("admin:bookings_booking_change", args=[booking.pk])
    return format_html('<a class="td-link" href="{}">{}</a>', url, booking.reference)
