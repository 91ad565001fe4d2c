"""API keys in the admin: shown once, with scopes, revoked for good."""

import re

import pytest
from django.urls import reverse

from bookings.models import ApiKey
from tests.desk import login, root
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
DIALOG = {"_form_submitted": "on"}


def test_a_key_is_shown_once_and_works() -> None:
    client = root()
    form = {"name": "website", "scopes": ["bookings:read"]}
    page = client.post(reverse("admin:bookings_apikey_add"), form, follow=True).content.decode()
    key = ApiKey.objects.get()
    [shown] = re.findall(r"The key of website: (\S+) –", page)
    assert (ApiKey.objects.is_valid(shown), key.scopes) == (True, ["bookings:read"])
    again = client.get(reverse("admin:bookings_apikey_changelist")).content.decode()
    change = client.get(reverse("admin:bookings_apikey_change", args=(key.prefix,))).content.decode()
    assert shown not in again + change


def test_a_key_that_may_do_nothing_is_refused() -> None:
    page = root().post(reverse("admin:bookings_apikey_add"), {"name": "website"}).content.decode()
    assert "Tick at least one thing that this key may do." in page
    assert not ApiKey.objects.exists()


def test_scopes_change_and_the_name_stays() -> None:
    key, secret = ApiKey.objects.create_key(name="website", scopes=["bookings:read"])
    form = {"name": "other", "scopes": ["bookings:read", "bookings:write"]}
    assert root().post(reverse("admin:bookings_apikey_change", args=(key.prefix,)), form).status_code == 302
    assert list(ApiKey.objects.values_list("name", "scopes")) == [("website", ["bookings:read", "bookings:write"])]
    assert ApiKey.objects.is_valid(secret)


def test_revoking_asks_first_and_is_final() -> None:
    key, secret = ApiKey.objects.create_key(name="website", scopes=["bookings:read"])
    client = root()
    url = reverse("admin:bookings_apikey_revoke", args=(key.prefix,))
    assert "Revoke this key?" in client.get(url).content.decode()
    assert ApiKey.objects.is_valid(secret)
    assert client.post(url, DIALOG).headers["HX-Redirect"] == reverse("admin:bookings_apikey_changelist")
    assert not ApiKey.objects.is_valid(secret)
    change = reverse("admin:bookings_apikey_change", args=(key.prefix,))
    assert client.post(change, {"scopes": ["bookings:write"]}).status_code == 403


def test_keys_need_their_permission() -> None:
    key, secret = ApiKey.objects.create_key(name="website", scopes=[])
    client = login(make_user("bookings.view_apikey"))
    assert client.get(reverse("admin:bookings_apikey_add")).status_code == 403
    assert client.post(reverse("admin:bookings_apikey_revoke", args=(key.prefix,)), DIALOG).status_code == 403
    assert ApiKey.objects.is_valid(secret)
