"""Demo data goes into an empty database of trials; any other is asked about first."""

import io
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from pytest_django import Settings

from bookings.models import Booking, Trip

pytestmark = pytest.mark.django_db


@pytest.fixture
def real(settings: Settings, tmp_path: Path) -> None:
    settings.EMBEDDED, settings.VAR_DIR = False, tmp_path


@pytest.fixture
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))


@pytest.mark.usefixtures("real", "no_terminal")
def test_a_script_fills_no_real_database_without_saying_so() -> None:
    with pytest.raises(CommandError, match="--yes"):
        call_command("demo_data")

    assert (User.objects.count(), Trip.objects.count()) == (0, 0)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.usefixtures("real")
@pytest.mark.parametrize("answer", ["", "n", "no", "maybe"])
def test_a_person_who_doesn_t_agree_keeps_the_database(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr("sys.stdin", Terminal(f"{answer}\n"))

    with pytest.raises(CommandError, match=r"^Nothing was changed\.$"):
        call_command("demo_data")

    assert User.objects.count() == 0


@pytest.mark.usefixtures("no_terminal")
def test_an_embedded_database_with_people_in_it_is_asked_about_too(settings: Settings) -> None:
    settings.EMBEDDED = True
    User.objects.create_user("somebody")

    with pytest.raises(CommandError, match="--yes"):
        call_command("demo_data")


@pytest.mark.parametrize("username", ["admin", "agent"])
def test_a_user_of_the_demo_s_name_is_no_error_in_the_middle(username: str) -> None:
    User.objects.create_user(username)

    with pytest.raises(CommandError, match=f"has a user {username} already"):
        call_command("demo_data", yes=True)


@pytest.mark.e2e
@pytest.mark.usefixtures("real", "no_terminal")
def test_with_yes_it_is_filled() -> None:
    call_command("setup", verbosity=0)
    call_command("demo_data", yes=True)

    assert Booking.objects.exists()
