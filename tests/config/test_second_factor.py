"""The second factor: who has one, or must have one, reaches nothing before this very session has shown its code."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from config.account.limit_rules import CODE
from config.models import Attempts
from tests.factories import make_user
from tests.second_factor import KEY, code_of, error, log_in, opens, show, with_factor

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_the_password_alone_leads_to_the_code_and_the_code_to_the_page_that_was_wanted() -> None:
    with_factor(username="sara")
    wanted = reverse("admin:bookings_booking_changelist") + "?q=a%20b"
    client = log_in(next=wanted)
    assert not opens(client)
    response = client.get(wanted)
    assert response["Location"] == reverse("account_code", query={"next": wanted})
    page = client.get(response["Location"]).content.decode()
    assert 'autocomplete="one-time-code"' in page
    assert 'inputmode="numeric"' in page
    code = code_of(KEY)
    assert (
        client.post(reverse("account_code"), {"code": f" {code[:3]} {code[3:]}", "next": wanted})["Location"] == wanted
    )
    assert opens(client)


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_code_leads_to_no_other_host(wanted: str) -> None:
    with_factor(username="sara")
    client = log_in()
    response = client.post(reverse("account_code"), {"code": code_of(KEY), "next": wanted})
    assert response["Location"] == reverse("admin:index")


def test_without_a_second_factor_the_password_is_enough() -> None:
    make_user("bookings.view_booking", username="sara")
    assert opens(log_in())


def urls_of(resolver: URLResolver | Any, prefix: str = "/") -> list[str]:
    found = []
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern).replace("\\Z", "").lstrip("^")
        found += [path] if isinstance(pattern, URLPattern) else urls_of(pattern, path)
    return found


def test_no_page_of_the_admin_answers_before_the_code_to_get_or_post() -> None:
    """Also a session that was made by other means than the log-in page."""
    user = with_factor(username="sara", is_superuser=True)
    half = Client(raise_request_exception=True)
    half.force_login(user)
    out = Client()
    paths = {re.sub(r"\(.*?\)|<.*?>", "1", url) for url in urls_of(get_resolver()) if url.startswith("/admin/")}
    paths = {
        path
        for path in paths
        if not path.startswith(("/admin/password_reset/", "/admin/reset/", "/admin/account/code/"))
    }
    assert len(paths) > 100
    own = {reverse(name) for name in ("account_code", "account_set_up", "account_leave", "admin:jsi18n")}
    answered = []
    for path in paths - own:
        for method in ("get", "post"):
            response = getattr(half, method)(path)
            if response.status_code == 302 and response["Location"].startswith(reverse("account_code")):
                continue
            if path == reverse("admin:login") and method == "post":
                continue
            answered.append((method, path, response.status_code))
    assert answered == []
    assert out.get(reverse("account_code"))["Location"] == reverse("admin:index")


def test_outside_the_admin_they_are_nobody() -> None:
    client = Client()
    client.force_login(with_factor())
    for path in ("/", "/nothing/"):
        assert client.get(path).wsgi_request.user.is_anonymous


def test_another_session_of_the_same_person_has_to_show_a_code_of_its_own() -> None:
    with_factor(username="sara")
    first, second = log_in(), log_in()
    show(first, code_of(KEY))
    assert (opens(first), opens(second)) == (True, False)


def test_a_code_works_once() -> None:
    with_factor(username="sara")
    first, second = log_in(), log_in()
    code = code_of(KEY)
    assert show(first, code).status_code == 302
    assert error(show(second, code)).startswith("This code is not right.")
    assert not opens(second)
    assert show(second, code_of(KEY, 1)).status_code == 302


@pytest.mark.parametrize("steps", [-3, 3])
def test_a_code_of_another_minute_is_wrong(steps: int) -> None:
    with_factor(username="sara")
    client = log_in()
    assert error(show(client, code_of(KEY, steps))).startswith("This code is not right.")


@pytest.mark.parametrize("code", ["12345", "1234567", "abcdef", "１２３４５６", "12_345", "-12345", "1" * 21])
def test_what_is_no_code_says_what_one_looks_like(code: str) -> None:
    with_factor(username="sara")
    client = log_in()
    assert error(show(client, code)) in {
        "A code has six digits, such as 123 456.",
        "Ensure this value has at most 20 characters (it has 21).",
    }
    assert error(show(client, "  ")) == "Type the six digits that your app shows."


def test_codes_are_tried_a_few_times_then_more_and_more_slowly_but_never_for_ever() -> None:
    with_factor(username="sara")
    client = log_in()
    for _ in range(CODE.name_and_network.free):
        assert error(show(client, code_of(KEY, 9))).startswith("This code is not right.")
    assert error(show(client, code_of(KEY))).startswith("Too many attempts. Wait ")
    Attempts.objects.update(wait_until=F("wait_until") - timedelta(seconds=31))
    assert show(client, code_of(KEY)).status_code == 302


def test_the_session_gets_another_key_with_the_code() -> None:
    with_factor(username="sara")
    client = log_in()
    before = client.session.session_key
    show(client, code_of(KEY))
    assert client.session.session_key != before


def test_one_can_leave_before_the_code_and_log_in_as_somebody_else() -> None:
    with_factor(username="sara")
    make_user("bookings.view_booking", username="dawit")
    client = log_in()
    assert client.get(reverse("account_leave")).status_code == 405
    assert client.post(reverse("account_leave"))["Location"] == reverse("admin:login")
    assert client.get(reverse("admin:login")).status_code == 200
    client = log_in()
    assert opens(log_in("dawit", client))
