"""Calls of an integration that takes payments."""

from typing import Any

from django.test import Client

from bookings.models import Booking
from tests.rest import post

INITIATE, VERIFY = "/api/payment/initiate/", "/api/payment/verify/"


def begin(api: Client, booking: Booking, key: str = "", **fields: Any) -> Any:
    return post(api, INITIATE, {"booking": booking.reference, **fields}, key)
