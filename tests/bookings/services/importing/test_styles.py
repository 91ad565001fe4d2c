"""How a file writes its numbers and days: proved by the file, chosen by a person, or open."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bookings.services.importing.amounts import COMMA, POINT, amounts, currency_of
from bookings.services.importing.days import DMY, MDY, days_of
from bookings.services.importing.styles import BOTH, styles_of
from bookings.tables import Record, Typed

MONEY, DAYS = ("Price", "Paid"), ("Date", "Booked on")


def records(*rows: dict[str, str]) -> list[Record]:
    return [Record(number, cells) for number, cells in enumerate(rows, start=2)]


def decided(*rows: dict[str, str], **chosen: str) -> tuple[dict[str, str], dict[str, str]]:
    styles = styles_of(records(*rows), money=MONEY, days=DAYS, **chosen)
    return dict(styles.numbers.styles), dict(styles.dates.styles)


@pytest.mark.parametrize(
    ("text", "style", "value"),
    [
        ("1.500,00", COMMA, "1500.00"),
        ("1,500.00", POINT, "1500.00"),
        ("1500.5", POINT, "1500.5"),
        ("12,50", COMMA, "12.50"),
        ("1.234.567", COMMA, "1234567"),
        ("1,234,567", POINT, "1234567"),
        ("1 500,00", COMMA, "1500.00"),
        ("1\u00a0500,00", COMMA, "1500.00"),
        ("1\u202f234\u202f567.50", POINT, "1234567.50"),
        ("1'500.00", POINT, "1500.00"),
        ("1’500,00", COMMA, "1500.00"),
        ("1.500,00 €", COMMA, "1500.00"),
        ("ETB 1,500.00", POINT, "1500.00"),
        ("0.500", POINT, "0.500"),
        ("1500,000", COMMA, "1500.000"),
        ("1500", "", "1500"),
        ("0", "", "0"),
        ("1500.-", "", "1500"),
        ("1 500", "", "1500"),
    ],
)
def test_an_amount_with_one_reading_proves_its_style(text: str, style: str, value: str) -> None:
    assert dict(amounts(text)) == {style: Decimal(value)}


@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [
        ("1.500", "1.5", "1500"),
        ("1,500", "1500", "1.5"),
        ("€ 12.000", "12", "12000"),
        ("1.500.-", "1.5", "1500"),
        ("Br 120,250", "120250", "120.25"),
    ],
)
def test_an_amount_with_two_readings_keeps_both(text: str, point: str, comma: str) -> None:
    assert dict(amounts(text)) == {POINT: Decimal(point), COMMA: Decimal(comma)}


@pytest.mark.parametrize("text", ["", "-5", "−5", "1,5,0", "1.2.3", "1 50", "1_000", "6e2", "٦٠٠", "x 5", "£ 5", "NaN"])
def test_what_is_no_amount_has_no_reading(text: str) -> None:
    assert dict(amounts(text)) == {}


def test_a_number_of_the_workbook_needs_no_style() -> None:
    assert dict(amounts(Typed("1.125"))) == {"": Decimal("1.125")}


@pytest.mark.parametrize(("text", "currency"), [("€ 5", "EUR"), ("5 birr", "ETB"), ("US$5", "USD"), ("5", "")])
def test_the_sign_at_an_amount_says_its_currency(text: str, currency: str) -> None:
    assert currency_of(text) == currency


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("20/12/2026", {DMY: date(2026, 12, 20)}),
        ("12/20/2026", {MDY: date(2026, 12, 20)}),
        ("12/20/2026 12:00:00 AM", {MDY: date(2026, 12, 20)}),
        ("20.12.26", {DMY: date(2026, 12, 20)}),
        ("3-4-2026", {DMY: date(2026, 4, 3), MDY: date(2026, 3, 4)}),
        ("05/05/2026", {"": date(2026, 5, 5)}),
        ("2026-07-01T00:00:00", {"": date(2026, 7, 1)}),
        ("2026/7/1", {"": date(2026, 7, 1)}),
        ("1-Jul-26", {"": date(2026, 7, 1)}),
        ("Wednesday, July 1st, 2026", {"": date(2026, 7, 1)}),
        ("46011", {"": date(2025, 12, 20)}),
        ("26-12-20", {}),
        ("31/02/2026", {}),
        ("13/13/2026", {}),
        ("0026-07-01", {}),
        ("٠١/٠٧/٢٠٢٦", {}),
    ],
)
def test_a_day_has_the_readings_that_exist(text: str, readings: dict[str, date]) -> None:
    assert dict(days_of(text)) == readings


def test_one_cell_that_proves_it_decides_for_the_file() -> None:
    rows = {"Price": "1.500", "Paid": "0"}, {"Price": "2", "Paid": "12,50"}
    assert decided(*rows) == ({"Price": COMMA, "Paid": COMMA}, {})
    days = {"Date": "03/04/2026", "Booked on": "01/02/2026"}, {"Date": "04/13/2026", "Booked on": ""}
    assert decided(*days) == ({}, {"Date": MDY, "Booked on": MDY})


def test_columns_that_prove_different_styles_are_read_each_in_its_own() -> None:
    assert decided({"Date": "12/20/2026", "Booked on": "20/11/2026"})[1] == {"Date": MDY, "Booked on": DMY}


def test_a_column_that_proves_both_is_open_and_nothing_proves_another() -> None:
    rows = {"Price": "1.500,00"}, {"Price": "1,500.00", "Paid": "1.500"}
    assert decided(*rows)[0] == {"Price": BOTH, "Paid": ""}


@pytest.mark.parametrize(("numbers", "dates"), [(POINT, MDY), (COMMA, DMY)])
def test_what_a_person_chose_counts_for_every_column(numbers: str, dates: str) -> None:
    row = {"Price": "1.500", "Paid": "1,500.00", "Date": "03/04/2026", "Booked on": "25/12/2025"}
    wanted = (dict.fromkeys(MONEY, numbers), dict.fromkeys(DAYS, dates))
    assert decided(row, numbers=numbers, dates=dates) == wanted


def test_only_what_is_open_is_asked_about() -> None:
    clear = {"Date": "12/20/2026", "Booked on": "20/11/2026"}, {"Date": "03/04/2026", "Booked on": "05/06/2026"}
    assert styles_of(records(*clear), money=MONEY, days=DAYS).dates.example == ""
    both = {"Date": "12/20/2026", "Booked on": "20/11/2026"}, {"Date": "20/12/2026", "Booked on": "05/06/2026"}
    assert styles_of(records(*both), money=MONEY, days=DAYS).dates.example == "Date"


def test_a_question_shows_what_the_cell_would_be_in_each_style() -> None:
    numbers = styles_of(records({"Price": "1.505"}), money=MONEY, days=DAYS).numbers
    assert (numbers.example, numbers.readings) == ("1.505", {POINT: "1.505", COMMA: "1,505.00"})


def test_nothing_is_asked_where_each_cell_has_one_reading() -> None:
    clear: dict[str, Any] = {"Price": "1500", "Paid": Typed("1.125"), "Date": "2026-12-20", "Booked on": "05/05/2026"}
    styles = styles_of(records(clear), money=MONEY, days=DAYS)
    assert (styles.numbers.example, styles.dates.example) == ("", "")
