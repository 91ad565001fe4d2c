"""The page is read back as a reader of PDF reads it."""

import io
from typing import Any

import pypdf
import pytest

from notifications.catalogue import sample
from notifications.receipt import receipt_pdf

AMHARIC, HEBREW, HAN, HANGUL = "አበበ ተስፋዬ ገብረ", "שרה", "王小明 山田太郎", "김민수"


def facts(**changes: Any) -> dict[str, Any]:
    return sample("payment_confirmation") | changes


def read(**changes: Any) -> list[str]:
    """The page's lines; there is one page."""
    [page] = pypdf.PdfReader(io.BytesIO(receipt_pdf(facts(**changes)))).pages
    return page.extract_text().splitlines()


def test_a_receipt_says_who_paid_how_much_for_what() -> None:
    assert read(paid="900.00", balance="2100.00") == [
        "Tourdesk Travel",
        "Receipt R-000042",
        "Amount received",
        "ETB 900.00",
        "Received from Almaz Tesfaye",
        "Received on Mon 23 November 2026, 10:05 (Africa/Addis_Ababa)",
        "Method Cash",
        "Transaction CASH-7K3M9QX2",
        "Booking TD-7K3M9QX2, 2 travellers",
        "Trip Lalibela highlands",
        "Destination Lalibela, Ethiopia",
        "Departure Tue 24 November 2026, 07:30 (Africa/Addis_Ababa)",
        "Booking on Mon 23 November 2026, 10:06",
        "Total ETB 3,000.00",
        "Paid so far ETB 900.00",
        "Balance ETB 2,100.00",
        "Questions? Write to help@tourdesk.example and give your booking reference TD-7K3M9QX2.",
    ]


def test_what_was_overpaid_or_paid_back_stands_on_it() -> None:
    lines = read(overpaid="100.00", refunded="450.00", party_size=1)
    assert "Overpaid ETB 100.00" in lines
    assert "Paid back from this payment ETB 450.00" in lines
    assert "Booking TD-7K3M9QX2, 1 traveller" in lines


@pytest.mark.parametrize("name", [AMHARIC, HAN, HANGUL, "Søren Ångström-Łukasz", "Ђорђе Ελένη", "{nb} **x** <b>"])
def test_a_name_in_any_script_can_be_read(name: str) -> None:
    assert f"Received from {name}" in read(customer_name=name)


def test_names_that_run_from_the_right_stand_in_their_own_order() -> None:
    """The reader gives words as they stand on the page, from left to right."""
    assert "Received from حسن خالد" in read(customer_name="خالد حسن")
    assert f"Received from Dr. {HEBREW} & Søren" in read(customer_name=f"Dr. {HEBREW} & Søren")


def test_what_no_font_has_is_replaced_and_marks_that_turn_the_text_are_left_out() -> None:
    assert "Received from Almaz \ufffd" in read(customer_name="Almaz \U0001f389")
    assert "Received from abc 100" in read(customer_name="\u202eabc\u2066 100\u0000")


@pytest.mark.parametrize("letter", ["Ж", "ጨ", "王", "م"])
def test_the_longest_names_still_make_one_page(letter: str) -> None:
    lines = read(customer_name=letter * 150, trip=letter * 120, destination=letter * 120, refunded="1.00")
    assert sum(line.count(letter) for line in lines) == 390 or letter == "م"  # joined, it is other glyphs


def test_the_same_facts_give_the_same_bytes() -> None:
    assert receipt_pdf(facts(customer_name=f"{AMHARIC} {HAN}")) == receipt_pdf(facts(customer_name=f"{AMHARIC} {HAN}"))


def test_a_latin_receipt_is_small() -> None:
    assert len(receipt_pdf(facts())) < 20_000 < len(receipt_pdf(facts(customer_name=AMHARIC + HEBREW + HAN + HANGUL)))
