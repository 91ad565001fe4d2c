"""Each page of the admin has one heading and a title of its own, in the sidebar's words."""

import re
from collections import Counter
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from config.templatetags.pages import place_of
from tests.admin_pages import lists, one_of_each, pages, registered
from tests.desk import booked, desk
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
BOOKINGS = "/admin/bookings/booking/"


def text_of(html: str, pattern: str) -> list[str]:
    return [" ".join(re.sub(r"<[^>]+>", " ", found).split()) for found in re.findall(pattern, html, re.DOTALL)]


def heading(html: str) -> list[str]:
    return text_of(html, r"<h1[^>]*>(.*?)</h1>")


def test_no_two_pages_have_the_same_title_and_each_has_one_heading() -> None:
    one_of_each()
    root = make_user(is_superuser=True)
    client = Client()
    client.force_login(root)
    titles: Counter[str] = Counter()
    for url in pages(root):
        response = client.get(url)
        assert response.status_code == 200, url
        html = response.content.decode()
        [title] = text_of(html, r"<title>(.*?)</title>")
        assert not re.match(r"Select|Delete \||Import \||Export \|", title), (url, title)
        assert [len(h) > 0 for h in heading(html)] == [True], url
        titles[title] += 1
    assert [title for title, count in titles.items() if count > 1] == []


def test_no_list_stands_in_a_group_of_its_own_name() -> None:
    places = [place_of(model._meta) for model in registered()]  # noqa: SLF001
    assert [place for place in places if place[0].casefold() == place[1].casefold()] == []
    assert len(set(places)) == len(places)
    groups = {str(model._meta.app_config.verbose_name) for model in registered()}  # noqa: SLF001
    assert {"Desk", "Money", "Mail"} <= groups


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (BOOKINGS, ("Desk", "Bookings", "Bookings | Tourdesk")),
        ("/admin/notifications/message/", ("Mail", "Outbox", "Outbox | Tourdesk")),
        ("/admin/bookings/apikey/", ("Administration", "API keys", "API keys | Tourdesk")),
        ("/admin/auth/user/", ("Administration", "Users", "Users | Tourdesk")),
    ],
)
def test_a_list_is_called_what_the_sidebar_calls_it(path: str, words: tuple[str, str, str]) -> None:
    client = Client()
    client.force_login(make_user(is_superuser=True))
    html = client.get(path).content.decode()
    assert (text_of(html, r'td-trail-group">(.*?)</span>'), heading(html)) == ([words[0]], [words[1]])
    assert text_of(html, r"<title>(.*?)</title>") == [words[2]]


def test_only_a_narrowed_list_says_how_many_it_found_and_leads_to_all() -> None:
    wanted = booked()
    booked()
    found = r'<span class="td-found">(.*?)</span>'
    assert text_of(desk().get(BOOKINGS).content.decode(), found) == []
    searched = desk().get(BOOKINGS, {"q": wanted.reference}).content.decode()
    assert text_of(searched, found) == ["1 found ( show all )"]
    assert heading(searched) == [f"Bookings: “{wanted.reference}”"]
    filtered = desk().get(BOOKINGS, {"status__exact": "pending"}).content.decode()
    assert text_of(filtered, found) == ["2 found ( show all )"]
    ops = desk("django_celery_results.view_taskresult")
    uncounted = ops.get("/admin/django_celery_results/taskresult/", {"status": "SUCCESS"}).content.decode()
    assert text_of(uncounted, found) == []


@pytest.mark.parametrize(
    "path", ["/admin/bookings/booking/", "/admin/payments/refund/", "/admin/notifications/message/"]
)
def test_an_empty_list_says_what_to_do(path: str) -> None:
    client = desk("bookings.add_booking", "payments.view_refund", "notifications.view_message")
    html = client.get(path).content.decode()
    assert "yielded" not in html
    model_admin: Any = next(a for m, a in admin.site._registry.items() if f"/{m._meta.model_name}/" in path)  # noqa: SLF001
    [said] = text_of(html, r'<div class="td-nothing[^>]*>(.*?)</div>\s*</div>')
    assert said.startswith(f"No {model_admin.opts.verbose_name_plural} to show {model_admin.empty_hint}")


def test_a_search_that_finds_nothing_says_what_to_try() -> None:
    html = desk("bookings.add_booking").get(BOOKINGS, {"q": "nobody"}).content.decode()
    [said] = text_of(html, r'<div class="td-nothing[^>]*>(.*?)</div>\s*</div>')
    words = "No bookings found Nothing fits “ nobody ”. Try fewer words."
    assert said == f"{words} add Take a booking Show all bookings"


def test_lists_count_in_correct_english() -> None:
    one_of_each()
    client = Client()
    client.force_login(make_user(is_superuser=True))
    counts = {}
    for url in lists():
        html = client.get(url).content.decode()
        counts[url] = text_of(html, r'<div class="py-4">(.*?)</div>')
    assert counts["/admin/bookings/booking/"] == ["2 bookings"]
    assert counts["/admin/bookings/departure/"] == ["1 departure"]
    assert counts["/admin/payments/providerevent/"] == ["1 provider event"]
    [mails] = counts["/admin/notifications/message/"]
    assert re.fullmatch(r"\d+ messages", mails)
