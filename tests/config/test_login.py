"""Guessing passwords on the log-in page: slowed down in one place for all processes, and nobody is locked out."""

import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from config.account import limits
from config.account.limit_rules import PASSWORD, Limit
from config.models import Attempts
from config.tasks import forget_old_log_ins
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
RIGHT = "correct horse"
FREE = PASSWORD.name_and_network.free


def log_in(
    password: str, username: str = "sara", address: str = "192.0.2.1", client: Client | None = None, by: str = ""
) -> Any:
    """`by` is what the caller, or a proxy, says is the address."""
    form = {"username": username, "password": password}
    headers = {"X-Forwarded-For": by} if by else {}
    return (client or Client()).post("/admin/login/", form, REMOTE_ADDR=address, headers=headers)


def error(response: Any) -> str:
    return "".join(str(error) for error in response.context["form"].non_field_errors()) if response.context else ""


def slowed(response: Any) -> bool:
    return error(response).startswith("Too many attempts. Wait ")


def pass_time(**time: float) -> None:
    past = timedelta(**time)
    Attempts.objects.update(wait_until=F("wait_until") - past, forget_at=F("forget_at") - past)


def test_after_some_wrong_passwords_the_next_waits_for_anybody_there_but_not_elsewhere() -> None:
    make_user(username="sara")
    for _ in range(FREE):
        assert not slowed(log_in("wrong"))
    assert slowed(log_in(RIGHT, username="SARA"))
    assert slowed(log_in(RIGHT))
    assert log_in(RIGHT, address="192.0.2.2").status_code == 302


def test_the_wait_doubles_has_an_end_and_is_not_made_longer_by_tries_that_are_refused() -> None:
    for _ in range(FREE - 1):
        log_in("wrong")
    waits = []
    for _ in range(7):
        log_in("wrong")
        before = waiting()
        assert [slowed(log_in("wrong")) for _ in range(3)] == [True] * 3
        assert waiting() == before
        waits.append(before)
        pass_time(seconds=301)
    assert waits == [10, 20, 40, 80, 160, 300, 300]


def waiting() -> float:
    """The longest wait, in seconds from the try that made it."""
    rows = [row for row in Attempts.objects.all() if row.wait_until]
    return max((row.wait_until - row.forget_at + limits.MEMORY).total_seconds() for row in rows if row.wait_until)


@pytest.mark.parametrize(
    ("seconds", "words"), [(1, "1 second"), (30, "30 seconds"), (119, "119 seconds"), (121, "3 minutes")]
)
def test_the_wait_is_said(seconds: int, words: str) -> None:
    assert limits.in_words(seconds) == f"Too many attempts. Wait {words}, then try again."


def test_a_wait_ends_and_a_success_forgets_the_failures() -> None:
    make_user(username="sara")
    for _ in range(FREE):
        log_in("wrong")
    pass_time(seconds=11)
    assert log_in(RIGHT).status_code == 302
    assert [slowed(log_in("wrong")) for _ in range(FREE)] == [False] * FREE


def test_failures_are_forgotten_after_an_hour() -> None:
    for _ in range(FREE):
        log_in("wrong")
    pass_time(hours=2)
    assert [slowed(log_in("wrong")) for _ in range(FREE)] == [False] * FREE


def test_strangers_from_everywhere_do_not_keep_the_owner_out() -> None:
    make_user(username="sara")
    known = Client()
    assert log_in(RIGHT, client=known).status_code == 302
    known.get("/admin/")  # here the browser becomes a known one
    known.post("/admin/logout/")
    for number in range(PASSWORD.name.free):
        assert not slowed(log_in("wrong", address=f"198.51.{number}.1"))
    assert slowed(log_in("wrong", address="203.0.113.1"))
    assert log_in(RIGHT, client=known, address="203.0.113.2").status_code == 302


def test_over_all_networks_a_name_waits_half_a_minute_at_most() -> None:
    assert PASSWORD.name.wait_after(10_000) == timedelta(seconds=30)


def test_a_known_browser_is_slowed_down_by_its_own_failures_only() -> None:
    make_user(username="sara")
    known = Client()
    log_in(RIGHT, client=known)
    known.get("/admin/")
    known.post("/admin/logout/")
    for _ in range(PASSWORD.device.free):
        assert not slowed(log_in("wrong", client=known))
    assert slowed(log_in(RIGHT, client=known, address="203.0.113.9"))
    assert log_in(RIGHT).status_code == 302


def test_a_known_browser_is_known_for_that_name_only_and_can_not_be_made_up() -> None:
    make_user(username="sara")
    known = Client()
    log_in(RIGHT, client=known)
    known.get("/admin/")
    [cookie] = [name for name in known.cookies if name.startswith("known_")]
    assert known.cookies[cookie]["httponly"]
    known.post("/admin/logout/")
    for _ in range(FREE):
        log_in("wrong", username="dawit", client=known)
    assert slowed(log_in("wrong", username="dawit", client=known))
    forged = Client()
    forged.cookies[cookie] = known.cookies[cookie].value[:-1] + "_"
    for _ in range(FREE):
        log_in("wrong", client=forged)
    assert slowed(log_in(RIGHT, client=forged))


def test_many_names_from_one_network_are_slowed_down() -> None:
    for number in range(PASSWORD.network.free):
        assert not slowed(log_in("wrong", username=f"clerk{number}"))
    assert slowed(log_in("wrong", username="another"))
    assert not slowed(log_in("wrong", username="another", address="192.0.2.2"))


def test_who_has_an_account_can_not_empty_the_count_of_the_network() -> None:
    make_user(username="sara")
    for number in range(PASSWORD.network.free - 1):
        log_in("wrong", username=f"clerk{number}")
        if number % 10 == 0:
            assert log_in(RIGHT).status_code == 302
    log_in("wrong", username="one more")
    assert slowed(log_in("wrong", username="another"))


def test_who_logs_in_again_and_again_is_not_stopped() -> None:
    make_user(username="sara")
    assert {log_in(RIGHT).status_code for _ in range(PASSWORD.network.free + 1)} == {302}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("192.0.2.7", "192.0.2.8", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("", "no address", True),
    ],
)
def test_a_network_is_an_address_or_a_64(one: str, other: str, same: bool) -> None:
    for _ in range(FREE):
        log_in("wrong", address=one)
    assert slowed(log_in("wrong", address=other)) is same


def test_the_callers_address_is_the_proxys_word_only_where_a_proxy_is_trusted(settings: Settings) -> None:
    for number in range(FREE):
        log_in("wrong", by=f"198.51.100.{number}")
    assert slowed(log_in("wrong", by="198.51.100.99"))
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}
    assert not slowed(log_in("wrong", by="198.51.100.99"))


def test_it_is_counted_in_the_database_not_in_each_process_for_itself() -> None:
    for _ in range(FREE):
        log_in("wrong")
        cache.clear()  # another process's is empty, too
    assert slowed(log_in("wrong"))


def test_no_name_and_no_address_is_kept_or_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    make_user(username="sara")
    for _ in range(FREE + 1):
        log_in("wrong", address="192.0.2.77")
    kept = str(list(Attempts.objects.values())) + caplog.text
    assert "the next is refused for" in caplog.text
    assert not [word for word in ("sara", "192.0.2") if word in kept]


def test_a_known_and_an_unknown_name_take_the_same_statements() -> None:
    make_user(username="sara")
    counted = []
    for name in ("sara", "nobody"):
        with CaptureQueriesContext(connection) as queries:
            log_in("wrong", username=name, address=f"192.0.2.{len(name)}")
        counted.append([query["sql"].split()[0] for query in queries])
    assert counted[0] == counted[1]


def test_old_counts_are_forgotten() -> None:
    log_in("wrong")
    assert Attempts.objects.count() == 3
    assert forget_old_log_ins()["attempts"] == 0
    pass_time(hours=2)
    assert forget_old_log_ins()["attempts"] == 3


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="one writer at a time there")
def test_of_many_tries_at_once_no_more_get_through_than_one_after_the_other() -> None:
    tries = limits.Tries({"a": Limit(4, 10, 300)}, {"b": Limit(100, 5, 30)})

    def count(_number: int) -> int:
        try:
            return tries.count(now=timezone.now())
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        waits = list(threads.map(count, range(10)))
    assert sorted(wait > 0 for wait in waits) == [False] * 4 + [True] * 6
    assert Attempts.objects.get(key="a").count == 4
