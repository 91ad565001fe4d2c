"""One spelling of numbers, for all that comes from outside."""

from datetime import date
from decimal import Decimal

import pytest
from django import forms

from notifications import numbers
from notifications.number_fields import AmountField, WholeField
from tests.odd_numbers import NO_AMOUNT, NO_WHOLE


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("6", 6), ("1000", 1000), ("9" * 18, int("9" * 18))])
def test_a_whole_number_is_digits(text: str, value: int) -> None:
    assert numbers.whole(text) == value


@pytest.mark.parametrize("text", ["", " ", " 6", "6 ", "6\n", *NO_WHOLE])
def test_nothing_else_is_a_whole_number(text: str) -> None:
    assert numbers.whole(text) is None


@pytest.mark.parametrize("text", ["0", "0.01", "600", "600.5", "600.50", "9999999999.99"])
def test_an_amount_is_digits_with_at_most_two_after_a_full_stop(text: str) -> None:
    assert numbers.amount(text) == Decimal(text)


@pytest.mark.parametrize("text", ["", " ", " 600", "600 ", "600\n", *NO_AMOUNT])
def test_nothing_else_is_an_amount(text: str) -> None:
    assert numbers.amount(text) is None


def test_a_day_is_written_in_one_way() -> None:
    assert numbers.day("2026-07-01") == date(2026, 7, 1)
    odd = ["", "2026-7-1", "20260701", "2026-W27-3", "٢٠٢٦-٠٧-٠١", "2026-02-30", "0000-01-01", "+2026-07-01"]
    assert [numbers.day(text) for text in odd] == [None] * len(odd)


class Form(forms.Form):
    whole = WholeField(min_value=1, max_value=500)
    amount = AmountField(max_digits=12, decimal_places=2, min_value=Decimal("0.01"), required=False)


def test_blanks_around_what_is_typed_do_not_count() -> None:
    form = Form({"whole": " 6 ", "amount": "\t600.50 "})
    assert form.is_valid()
    assert form.cleaned_data == {"whole": 6, "amount": Decimal("600.50")}
    assert Form({"whole": "6", "amount": " "}).is_valid()
    assert Form({"whole": " "}).errors == {"whole": ["This field is required."]}


@pytest.mark.parametrize("text", NO_WHOLE)
def test_a_form_says_how_to_write_a_whole_number(text: str) -> None:
    assert Form({"whole": text}).errors == {"whole": [numbers.WANTS_WHOLE]}


@pytest.mark.parametrize("text", NO_AMOUNT)
def test_a_form_says_how_to_write_an_amount(text: str) -> None:
    assert Form({"whole": "6", "amount": text}).errors == {"amount": [numbers.WANTS_AMOUNT]}


@pytest.mark.parametrize("text", ["99999999999", "0"])
def test_a_form_says_what_is_too_much_or_too_little(text: str) -> None:
    [sentence] = Form({"whole": "6", "amount": text}).errors["amount"]
    assert "Ensure" in sentence
