"""People with a second factor, and what their app shows."""

import re
import time
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from config.account import second_factor
from config.models import AccountMail
from tests.factories import make_user

RIGHT = "correct horse"
KEY = "31323334353637383930" * 2
STEP = 30  # seconds


def code_of(key: str, steps: int = 0) -> str:
    """What the app shows, so many half minutes from now."""
    totp = TOTP(bytes.fromhex(key))
    totp.time = time.time() + steps * STEP
    return f"{totp.token():06d}"


def with_factor(**fields: Any) -> User:
    user = make_user("bookings.view_booking", **fields)
    TOTPDevice.objects.create(user=user, name="App", key=KEY)
    return user


def log_in(username: str = "sara", client: Client | None = None, **query: str) -> Client:
    client = client or Client()
    response = client.post(reverse("admin:login", query=query), {"username": username, "password": RIGHT})
    assert response.status_code == 302
    return client


def show(client: Client, code: str, query: str = "") -> Any:
    return client.post(f"{reverse('account_code')}{query}", {"code": code})


def opens(client: Client) -> bool:
    return bool(client.get(reverse("admin:bookings_booking_changelist")).status_code == 200)


def error(response: Any, field: str = "code") -> str:
    return "".join(response.context["form"].errors[field])


def mails() -> list[tuple[str, str]]:
    return [(mail.user.username, mail.kind) for mail in AccountMail.objects.order_by("pk") if mail.user]


def set_up(client: Client, *, password: str = RIGHT, steps: int = 0, query: str = "") -> Any:
    url = reverse("account_set_up") + query
    shown = re.search(r'id="key">([A-Z2-7 ]+)<', client.get(url).content.decode())
    assert shown
    key = next(key for name, key in client.session.items() if name == "second_factor_key")
    assert second_factor.typed_key(key) == shown[1]
    return client.post(url, {"code": code_of(key, steps), "password": password})
