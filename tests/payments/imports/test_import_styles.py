"""Numbers and days of a file: read by what its column says, else asked about."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from django.contrib.auth.models import User

from bookings.models import Booking
from bookings.services.importing.amounts import COMMA, POINT
from bookings.services.importing.days import DMY, MDY
from tests.payments.imports.case_files import ROW, figures, run, run_bytes, run_case

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("departures")]


def test_thousands_that_can_be_read_in_two_ways_are_asked_about_and_never_guessed(boss: User) -> None:
    for good_rows in (False, True):
        report = run_case("euro-thousands.csv", boss, good_rows=good_rows)
        assert (figures(report), Booking.objects.count()) == ((0, 0, 0, 1), 0)
    sentence = "“1.500” can be read in two ways. Choose how the file is written."
    assert report.refused[0].reason.startswith(f"Price per person: {sentence} Paid: ")
    question, days = report.questions
    assert (days.name, days.answer) == ("dates", DMY)
    assert (question.name, list(question.options), question.answer) == ("numbers", [POINT, COMMA], "")
    assert question.options[COMMA].endswith(": 1.500 is 1,500.00")
    assert question.options[POINT].endswith(": 1.500 is 1.50")


@pytest.mark.parametrize(("numbers", "price", "paid"), [(COMMA, "1500", "3000"), (POINT, "1.5", "3")])
def test_a_chosen_style_of_numbers_is_used(boss: User, numbers: str, price: str, paid: str) -> None:
    assert figures(run_case("euro-thousands.csv", boss, numbers=numbers)) == (1, 0, 0, 0)
    booking = Booking.objects.get()
    assert (booking.unit_price, booking.paid) == (Decimal(price), Decimal(paid))


def test_one_cell_tells_how_all_numbers_are_written(boss: User) -> None:
    report = run(boss, {"Price per person": "1.500"}, {"Ref": "W-2", "Price per person": "2.000,50", "Paid": "1.000"})
    assert (figures(report), report.styles.numbers.style) == ((2, 0, 0, 0), COMMA)
    amounts = Booking.objects.order_by("pk").values_list("unit_price", "paid")
    assert list(amounts) == [(Decimal(1500), Decimal(0)), (Decimal("2000.50"), Decimal(1000))]


def test_a_column_in_two_styles_is_refused_row_by_row_until_a_person_says_which(boss: User) -> None:
    rows = {"Price per person": "1.500,00"}, {"Ref": "2", "Price per person": "1,500.00"}, {"Ref": "3"}
    report = run(boss, *rows, good_rows=True)
    assert (figures(report), [note.row for note in report.refused]) == ((1, 0, 0, 2), [2, 3])
    assert "stands in a column that is written in two ways" in report.refused[0].reason
    report = run(boss, *rows, numbers=POINT)
    assert [note.reason for note in report.refused] == [
        "Price per person: “1.500,00” isn't an amount; write it such as 1500.00 or 1,500.00."
    ]


def test_a_sign_of_another_currency_is_refused(boss: User) -> None:
    [note] = run(boss, {"Price per person": "€ 1500"}).refused
    assert note.reason == "Price per person: “€ 1500” says EUR, but Currency says ETB."


def test_numbers_of_a_workbook_are_taken_as_they_are(boss: User, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(list(ROW))
    row = ROW | {"Date": datetime(2026, 12, 20), "Adults": 2, "Price per person": 1500.5, "Paid": 1.5}  # noqa: DTZ001
    book.active.append(list(row.values()))
    book.save(tmp_path / "x.xlsx")
    report = run_bytes((tmp_path / "x.xlsx").read_bytes(), boss)
    assert (figures(report), report.questions) == ((1, 0, 0, 0), [])
    assert (Booking.objects.get().unit_price, Booking.objects.get().paid) == (Decimal("1500.5"), Decimal("1.5"))


def test_days_of_a_file_that_puts_the_month_first_are_read_so(boss: User) -> None:
    report = run_case("us-dates.csv", boss, good_rows=True)
    assert (report.styles.dates.style, [note.row for note in report.refused]) == (MDY, [4])
    assert report.refused[0].reason.startswith("Trip and Date: SIM doesn't depart on 2027-10-01")
    assert list(Booking.objects.order_by("pk").values_list("created_at__date", flat=True)) == [
        datetime(2026, 11, 25, tzinfo=UTC).date(),
        datetime(2026, 11, 3, tzinfo=UTC).date(),
    ]


@pytest.mark.parametrize("good_rows", [False, True])
def test_days_that_can_be_read_in_two_ways_are_asked_about(boss: User, good_rows: bool) -> None:
    row = {"Trip": "SIM", "Date": "10/01/2027", "Booked on": "11/03/2026", "Price per person": "250"}
    report = run(boss, row, good_rows=good_rows)
    assert (figures(report), Booking.objects.count()) == ((0, 0, 0, 1), 0)
    [question] = report.questions
    assert question.options[DMY].endswith(": 10/01/2027 is 10 January 2027")
    report = run(boss, row | {"Currency": "USD"}, dates=DMY)
    assert (figures(report), Booking.objects.get().departure.code) == ((1, 0, 0, 0), "SIM-20270110-0600")


def test_the_command_line_s_json_says_what_is_asked(boss: User) -> None:
    report = run_case("euro-thousands.csv", boss).as_json()
    assert (report["numbers"], report["dates"]) == ("", DMY)
    assert report["questions"] == [
        {
            "option": "--numbers",
            "question": "How does this file write its numbers?",
            "values": [POINT, COMMA],
        }
    ]
