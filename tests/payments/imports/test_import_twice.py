"""An import whose button is pressed a second time: while the first press works, and after it has ended."""

import fcntl
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from bookings.models import Departure
from tests.factories import make_user
from tests.payments.admin.test_imports import DEPARTURE_FILE, DEPARTURES, confirm, upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(client: Client, settings: Settings, tmp_path: Path) -> Client:
    settings.VAR_DIR = tmp_path
    client.force_login(make_user("bookings.view_departure", "bookings.import_booking"))
    return client


def test_the_second_press_finds_the_result_of_the_first(manager: Client) -> None:
    page = upload(manager, DEPARTURES, DEPARTURE_FILE)
    confirm(manager, DEPARTURES, page)
    again = manager.post(f"{DEPARTURES}process_import/", page.context["confirm_form"].initial, follow=True)
    assert "old.csv was imported already: 1 created, 0 updated, 0 unchanged." in again.content.decode()
    assert Departure.objects.count() == 1


def test_a_press_while_the_first_one_works_imports_nothing_and_offers_the_result(
    manager: Client, tmp_path: Path
) -> None:
    page = upload(manager, DEPARTURES, DEPARTURE_FILE)
    [kept] = (tmp_path / "imports").iterdir()
    with kept.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # as the request that imports it does
        running = confirm(manager, DEPARTURES, page)
    assert (running.status_code, Departure.objects.count()) == (202, 0)
    assert "This file is being imported now." in running.content.decode()
    form = running.context["confirm_form"]
    result = manager.post(f"{DEPARTURES}process_import/", {field.html_name: field.value() or "" for field in form})
    assert (result.status_code, Departure.objects.count()) == (302, 1)


def test_a_file_whose_rows_were_refused_can_be_confirmed_again(manager: Client) -> None:
    page = upload(manager, DEPARTURES, DEPARTURE_FILE + "SIM,Simien,never,07:30,15,1500,ETB\n")
    refused = confirm(manager, DEPARTURES, page)
    assert (refused.status_code, Departure.objects.count()) == (200, 0)
    confirm(manager, DEPARTURES, page, good_rows="on")
    assert Departure.objects.count() == 1
