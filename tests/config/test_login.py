"""Guessing passwords on the log-in page."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from config.admin.login import TRIES_PER_ADDRESS, TRIES_PER_NAME
from tests.factories import make_user

pytestmark = pytest.mark.django_db
WAIT = "Too many attempts. Wait five minutes, then try again."
RIGHT = "correct horse"


@pytest.fixture(autouse=True)
def nothing_counted() -> None:
    cache.clear()


def log_in(password: str, username: str = "sara", address: str = "192.0.2.1", **headers: str) -> Any:
    form = {"username": username, "password": password}
    return Client().post("/admin/login/", form, REMOTE_ADDR=address, headers=headers)


def errors(response: Any) -> list[str]:
    return [str(error) for error in response.context["form"].non_field_errors()]


def test_after_ten_wrong_passwords_the_right_one_waits_too_but_not_elsewhere() -> None:
    make_user(username="sara")
    for _ in range(TRIES_PER_NAME):
        assert errors(log_in("wrong")) != [WAIT]
    assert errors(log_in(RIGHT, username="SARA")) == [WAIT]
    assert errors(log_in(RIGHT)) == [WAIT]
    assert log_in(RIGHT, address="192.0.2.2").status_code == 302


def test_many_names_from_one_address_are_stopped() -> None:
    for number in range(TRIES_PER_ADDRESS):
        assert errors(log_in("wrong", username=f"clerk{number}")) != [WAIT]
    assert errors(log_in("wrong", username="another")) == [WAIT]


def test_who_logs_in_again_and_again_is_not_stopped() -> None:
    make_user(username="sara")
    assert {log_in(RIGHT).status_code for _ in range(TRIES_PER_NAME + 1)} == {302}


def test_the_callers_address_is_the_proxys_word_only_where_a_proxy_is_trusted(settings: Settings) -> None:
    for number in range(TRIES_PER_NAME):
        log_in("wrong", **{"X-Forwarded-For": f"198.51.100.{number}"})
    assert errors(log_in("wrong", **{"X-Forwarded-For": "198.51.100.99"})) == [WAIT]
    settings.REST_FRAMEWORK = settings.REST_FRAMEWORK | {"NUM_PROXIES": 1}
    assert errors(log_in("wrong", **{"X-Forwarded-For": "198.51.100.99"})) != [WAIT]
