"""Passkeys beside the app; that a real browser makes and shows one stands in tests/e2e/test_accounts.py."""

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django_otp_webauthn.models import WebAuthnCredential
from pytest_django import Settings

from config.models import AccountMail
from tests.second_factor import KEY, RIGHT, code_of, log_in, opens, show, with_factor

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BODIES = (b"", b"[]", b"{", b"\xff", b"null", b'"x"', b"[" * 5000, b'{"id": 5, "rawId": []}', b'{"id": "YQ"}')


@pytest.fixture(autouse=True)
def a_real_host(settings: Settings) -> None:
    settings.PASSKEYS = True
    settings.OTP_WEBAUTHN_RP_ID = "testserver"
    settings.OTP_WEBAUTHN_ALLOWED_ORIGINS = ["http://testserver"]


def send(client: Client, page: str, body: bytes = b"{}") -> Any:
    return client.post(reverse(page), body, content_type="application/json")


def verified(**fields: Any) -> Client:
    with_factor(username="sara", **fields)
    client = log_in()
    show(client, code_of(KEY))
    return client


def test_a_passkey_is_made_only_soon_after_the_password() -> None:
    client = verified()
    assert send(client, "account_passkey_begin").status_code == 403
    page = client.post(reverse("account_passkeys"), {"password": "wrong"})
    assert page.context["form"].errors["password"] == ["This is not your password."]
    assert send(client, "account_passkey_begin").status_code == 403
    client.post(reverse("account_passkeys"), {"password": RIGHT})
    options = send(client, "account_passkey_begin").json()
    assert options["rp"] == {"name": "Tourdesk Travel", "id": "testserver"}


def test_without_https_there_are_none_and_the_check_is_content(settings: Settings) -> None:
    settings.PASSKEYS = False
    settings.OTP_WEBAUTHN_ALLOWED_ORIGINS = ["http://desk.example.com"]
    call_command("check", stdout=StringIO())
    client = verified()
    assert client.get(reverse("account_passkeys"))["Location"] == reverse("account")
    assert "Add a passkey" not in client.get(reverse("account")).content.decode()


def test_who_has_no_app_makes_no_passkey() -> None:
    with_factor(username="dawit")
    client = Client()
    client.force_login(with_factor(username="sara"))
    assert client.post(reverse("account_passkeys"), {"password": RIGHT})["Location"].startswith(reverse("account_code"))
    assert send(client, "account_passkey_begin").status_code == 302


def test_before_the_code_only_those_who_wait_for_it_may_show_one() -> None:
    assert send(Client(), "account_show_begin").status_code == 403
    assert send(verified(), "account_show_begin").status_code == 403
    half = log_in()
    assert send(half, "account_show_begin").status_code == 200
    assert not opens(half)


@pytest.mark.parametrize("body", BODIES)
def test_what_is_no_passkey_is_refused(body: bytes) -> None:
    half = Client()
    half.force_login(with_factor())
    send(half, "account_show_begin")
    assert send(half, "account_show_complete", body).status_code in {400, 403, 404, 422}
    assert not opens(half)
    client = verified()
    client.post(reverse("account_passkeys"), {"password": RIGHT})
    send(client, "account_passkey_begin")
    assert send(client, "account_passkey_complete", body).status_code in {400, 403, 422}
    assert not WebAuthnCredential.objects.exists()


def passkey_of(username: str) -> WebAuthnCredential:
    from django.contrib.auth.models import User

    user = User.objects.get(username=username)
    key = {"credential_id": username.encode(), "public_key": b"x", "aaguid": "0" * 32, "sign_count": 0}
    return WebAuthnCredential.objects.create(user=user, name="Firefox on Windows", **key)


def test_one_removes_ones_own_passkey_and_hears_of_it() -> None:
    client = verified()
    with_factor(username="dawit")
    mine, other = passkey_of("sara"), passkey_of("dawit")
    assert "Firefox on Windows" in client.get(reverse("account")).content.decode()
    for number in (mine.pk, other.pk, "abc", "9" * 40):
        assert client.post(reverse("account_passkey_remove"), {"passkey": number}).status_code == 302
    assert list(WebAuthnCredential.objects.values_list("pk", flat=True)) == [other.pk]
    assert list(AccountMail.objects.values_list("user__username", "kind")) == [("sara", "passkey_removed")]


def test_passkeys_go_with_the_second_factor() -> None:
    client = verified()
    passkey_of("sara")
    client.post(reverse("account_remove"), {"password": RIGHT})
    assert not WebAuthnCredential.objects.exists()


def test_no_page_of_the_admin_shows_them() -> None:
    assert not admin.site.is_registered(WebAuthnCredential)


def test_the_options_name_only_this_persons_passkeys() -> None:
    with_factor(username="sara")
    with_factor(username="dawit")
    passkey_of("dawit")
    assert json.loads(send(log_in(), "account_show_begin").content)["allowCredentials"] == []
