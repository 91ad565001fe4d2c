"""What a customer does with the pages, and reads there."""

import re
from decimal import Decimal
from typing import Any

from django.test import Client

from bookings.links import pay_url
from bookings.models import Booking
from payments.models import Payment

CUSTOMER = {"name": "Almaz Tesfaye", "email": "almaz@mail.example.org", "phone": "+251911234567"}


def path_of(booking: Booking, amount: Decimal | None = None) -> str:
    return pay_url(booking, amount).removeprefix("http://127.0.0.1:8000")


def words(response: Any) -> str:
    """The text that a person sees."""
    body = re.search("<main>(.*)</main>", response.content.decode(), re.DOTALL)
    assert body is not None
    return " ".join(re.sub("<[^>]+>", " ", body[1]).split())


def get(booking: Booking, amount: Decimal | None = None) -> Any:
    return Client().get(path_of(booking, amount))


def press(booking: Booking, amount: str, asked: Decimal | None = None) -> Any:
    return Client().post(path_of(booking, asked), {"amount": amount})


def offered(response: Any) -> list[str]:
    return re.findall(r'name="amount" value="([^"]+)"', response.content.decode())


def back(payment: Payment, query: str = "") -> Any:
    return Client().get(f"/pay/return/{payment.tx_ref}/{query}")
