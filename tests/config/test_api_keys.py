"""The hash of an API key stands nowhere but in its row."""

import importlib

import pytest
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from bookings.models import ApiKey
from tests.desk import root
from tests.factories import make_user

pytestmark = pytest.mark.django_db
LIST = "/admin/bookings/apikey/"


def test_pages_addresses_and_the_history_name_a_key_by_its_prefix() -> None:
    client = root()
    form = {"name": "website", "scopes": ["bookings:read"], "_continue": "1"}
    added = client.post(f"{LIST}add/", form)
    [key] = ApiKey.objects.all()
    change = f"{LIST}{key.prefix}/change/"
    assert added.headers["Location"] == change
    changed = client.post(change, {"scopes": ["bookings:read", "payments:read"]})
    pages = [client.get(address) for address in (LIST, change, f"{LIST}{key.prefix}/history/", f"{LIST}?q=website")]
    texts = [page.content.decode() for page in pages] + [str(answer.headers) for answer in (added, changed)]
    assert [page.status_code for page in pages] == [200] * 4
    assert f"openActionsId{key.prefix}:" in texts[0]
    assert f'href="{change}"' in texts[0]
    assert not [text for text in texts if key.hashed_key[:20] in text]
    assert list(LogEntry.objects.values_list("object_id", flat=True)) == [key.prefix] * 2
    assert "Added" in texts[2]  # the history finds its entries by the prefix


def test_a_key_is_changed_in_its_own_row() -> None:
    key, secret = ApiKey.objects.create_key(name="website", scopes=["bookings:read"])
    root().post(f"{LIST}{key.prefix}/change/", {"scopes": ["payments:read"]})
    assert list(ApiKey.objects.values_list("pk", "scopes")) == [(key.pk, ["payments:read"])]
    assert ApiKey.objects.is_valid(secret)


def test_an_address_with_a_hash_leads_nowhere() -> None:
    key, _secret = ApiKey.objects.create_key(name="website", scopes=[])
    response = root().get(reverse("admin:bookings_apikey_change", args=(key.pk,)), follow=True)
    assert response.redirect_chain == [("/admin/", 302)]


def test_a_new_key_is_told_once_and_stands_in_no_cookie() -> None:
    client = root()
    added = client.post(f"{LIST}add/", {"name": "website", "scopes": ["bookings:read"]})
    assert {name for name in added.cookies if not name.startswith("known_")} <= {"sessionid", "csrftoken"}
    page = client.get(LIST)
    [told] = [str(message) for message in page.context["messages"] if "copy it now" in str(message)]
    secret = told.split(": ")[1].split()[0]
    assert ApiKey.objects.is_valid(secret)
    assert secret not in "".join(morsel.value for morsel in client.cookies.values())
    assert secret not in client.get(LIST).content.decode()


def test_old_entries_of_the_history_lose_their_hashes() -> None:
    migration = importlib.import_module("bookings.migrations.0007_no_hashes_in_the_history")
    user, types = make_user(), ContentType.objects
    rows = [
        LogEntry(user=user, content_type=types.get_for_model(model), object_id=key, action_flag=CHANGE)
        for model, key in ((ApiKey, "abcd1234.sha512$$0123"), (ApiKey, "efgh5678"), (LogEntry, "1.2"))
    ]
    LogEntry.objects.bulk_create(rows)
    migration.name_keys_by_their_prefix(apps, None)
    assert set(LogEntry.objects.values_list("object_id", flat=True)) == {"abcd1234", "efgh5678", "1.2"}
