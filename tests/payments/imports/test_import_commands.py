"""manage.py import_departures and import_bookings: one JSON object and an exit code."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from bookings.models import Booking, Departure
from payments.models import Payment
from tests.factories import make_user

pytestmark = pytest.mark.django_db
DEPARTURE = "Trip,Trip name,Date,Start time,Capacity,Price,Currency\nLAL-A,Lalibela,2027-12-01,07:30,15,1500,ETB\n"
HEADER = "Ref,Trip,Date,Booked on,Lead name,E-mail,Adults,Price per person,Currency,Status,Paid\n"
GOOD = "OLD-1,LAL-A,2027-12-01,2026-07-01,Abebe,,2,1500,ETB,Confirmed,3000\n"
BAD = "OLD-2,LAL-A,2027-12-01,2026-07-01,Eve,,2,1500,ETB,???,0\n"


@pytest.fixture
def boss() -> User:
    return make_user(username="boss", is_superuser=True)


@pytest.fixture
def departures(tmp_path: Path, boss: User) -> None:
    file = tmp_path / "departures.csv"
    file.write_text(DEPARTURE)
    call_command("import_departures", file)


def bookings_file(tmp_path: Path, content: str) -> Path:
    file = tmp_path / "bookings.csv"
    file.write_text(content)
    return file


def printed(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    last: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return last


@pytest.mark.usefixtures("departures")
def test_both_commands_print_what_they_did(tmp_path: Path, capsys: pytest.CaptureFixture[str], boss: User) -> None:
    assert Departure.objects.count() == 1
    call_command("import_bookings", bookings_file(tmp_path, HEADER + GOOD))
    report = printed(capsys)
    assert [report[key] for key in ("rows", "created", "updated", "unchanged", "refused")] == [1, 1, 0, 0, []]
    assert Payment.objects.get().recorded_by == boss


@pytest.mark.usefixtures("departures")
def test_a_refused_row_ends_with_1_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        call_command("import_bookings", bookings_file(tmp_path, HEADER + GOOD + BAD))
    assert (stop.value.code, Booking.objects.count()) == (1, 0)
    report = printed(capsys)
    assert (report["created"], report["written"]) == (0, False)
    reason = "Status: “???” isn't known; write Confirmed, Cancelled, No show or Waiting list."
    assert report["refused"] == [{"row": 3, "reason": reason}]


@pytest.mark.usefixtures("departures")
def test_the_good_rows_go_in_when_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_bookings", bookings_file(tmp_path, HEADER + GOOD + BAD), good_rows=True)
    assert (printed(capsys)["created"], Booking.objects.count()) == (1, 1)


@pytest.mark.usefixtures("departures")
def test_a_dry_run_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("import_bookings", bookings_file(tmp_path, HEADER + GOOD), dry_run=True)
    assert (printed(capsys)["created"], Booking.objects.count()) == (1, 0)


@pytest.mark.usefixtures("departures")
def test_the_person_can_be_named(tmp_path: Path) -> None:
    sara = make_user(username="sara")
    call_command("import_bookings", bookings_file(tmp_path, HEADER + GOOD), user="sara")
    assert Payment.objects.get().recorded_by == sara
    with pytest.raises(CommandError, match="There is no active user nobody"):
        call_command("import_bookings", bookings_file(tmp_path, HEADER + GOOD), user="nobody")


def test_somebody_must_have_done_it(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Name the person with --user"):
        call_command("import_bookings", bookings_file(tmp_path, HEADER + GOOD))


def test_a_file_that_is_not_there_or_not_readable_is_told(tmp_path: Path, boss: User) -> None:
    with pytest.raises(CommandError, match="can't be opened: No such file"):
        call_command("import_bookings", tmp_path / "none.csv")
    with pytest.raises(CommandError, match="The file lacks the column"):
        call_command("import_bookings", bookings_file(tmp_path, "Ref,Trip\nOLD-1,LAL-A\n"))


@pytest.mark.usefixtures("departures")
def test_the_style_of_numbers_and_days_can_be_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = 'W-1,LAL-A,2027-12-01,07/01/2026,Abebe,,2,"1,500",ETB,Confirmed,0\n'
    file = bookings_file(tmp_path, HEADER + row)
    with pytest.raises(SystemExit):
        call_command("import_bookings", file)
    output = capsys.readouterr()
    assert "How does this file write its numbers? Say --numbers 1,234.50 or --numbers 1.234,50." in output.err
    assert "How does this file write its dates? Say --dates dmy or --dates mdy." in output.err
    call_command("import_bookings", str(file), "--numbers", "1,234.50", "--dates", "mdy")
    report = printed(capsys)
    assert (report["created"], report["numbers"], report["dates"]) == (1, "1,234.50", "mdy")
    booking = Booking.objects.get()
    assert (str(booking.unit_price), f"{booking.created_at:%Y-%m-%d}") == ("1500.00", "2026-07-01")
    with pytest.raises(CommandError, match="invalid choice: 'ymd'"):
        call_command("import_bookings", str(file), "--dates", "ymd")
