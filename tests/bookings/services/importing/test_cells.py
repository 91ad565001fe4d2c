"""What people type into one cell."""

from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from bookings.services.importing import values


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (values.day, "2026-07-01", date(2026, 7, 1)),
        (values.day, "01/07/2026", date(2026, 7, 1)),
        (values.clock, "7:30", time(7, 30)),
        (values.clock, "07:30:00", time(7, 30)),
        (values.money, "1,234.50", Decimal("1234.50")),
        (values.money, "0", Decimal("0.00")),
        (values.email, "  ALMAZ@MAIL.EXAMPLE.ORG ", "almaz@mail.example.org"),
        (values.country, "PRT", "PT"),
        (values.country, "cn", "CN"),
        (values.country, "Portugal", "PT"),
        (values.currency, "etb", "ETB"),
        (values.line(150), "  Abebe   Bekila ", "Abebe Bekila"),
        (values.trip_code, "lal-a", "LAL-A"),
        (values.one_of(["Confirmed", "No show"]), "no  SHOW", "No show"),
    ],
)
def test_what_people_type_is_understood(parse: Callable[[str], Any], text: str, value: Any) -> None:
    assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text", "sentence"),
    [
        (values.day, "31/02/2026", "isn't a date; write 2026-07-01 or 01/07/2026 (day first)."),
        (values.day, "0026-07-01", "isn't a date; write 2026-07-01 or 01/07/2026 (day first)."),
        (values.clock, "25:00", "isn't a time; write it such as 07:30."),
        (values.money, "1.234,00", "isn't an amount; write it such as 1500.00 or 1,500.00."),
        (values.money, "-5", "isn't an amount; write it such as 1500.00 or 1,500.00."),
        (values.money, "0.005", "isn't an amount; write it such as 1500.00 or 1,500.00."),
        (values.money, "NaN", "isn't an amount; write it such as 1500.00 or 1,500.00."),
        (values.money, "99999999999", "isn't an amount; write it such as 1500.00 or 1,500.00."),
        (values.count(500), "²", "isn't a whole number from 0 to 500."),
        (values.count(500), "501", "isn't a whole number from 0 to 500."),
        (values.email, "a at b.example", "isn't an e-mail address; did you mean a@b.example?"),
        (values.email, "nobody", "isn't an e-mail address; correct it, or leave it blank."),
        (values.country, "Atlantis", "isn't a country; write its code such as ET or ETH, or leave it blank."),
        (values.currency, "GBP", "isn't known; write ETB, USD or EUR."),
        (
            values.one_of(["Confirmed", "Cancelled", "No show"]),
            "confirmd",
            "isn't known; write Confirmed, Cancelled or No show. Did you mean Confirmed?",
        ),
        (values.line(5), "Abebe Bekila", "is longer than 5 characters; shorten it."),
        (values.trip_code, "LAL A!", "isn't a trip code: up to 20 letters, digits and dashes."),
    ],
)
def test_what_cannot_be_understood_names_the_cure(parse: Callable[[str], Any], text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"isn't|longer") as caught:
        parse(text)
    assert str(caught.value) == sentence


@pytest.mark.parametrize("text", ["1_000", "٦٠٠", "６００", "+600", "6e2", "600.٥", "-600", "NaN", "1,0٠0"])
def test_an_amount_in_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="isn't an amount; write it such as"):
        values.money(text)


@pytest.mark.parametrize("text", ["٢٠٢٦-٠٧-٠١", "٠١/٠٧/٢٠٢٦", "２０２６-07-01"])
def test_a_day_in_other_digits_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="isn't a date"):
        values.day(text)


@pytest.mark.parametrize("text", ["٠٧:٣٠", "７:30", "+7:30"])
def test_a_time_in_other_digits_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="isn't a time"):
        values.clock(text)


@pytest.mark.parametrize("text", ["1_0", "٢", "+2", "2.0", "２"])
def test_a_count_in_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="isn't a whole number"):
        values.count(500)(text)
