"""The page is read back as a reader of PDF reads it."""

import io
from typing import Any

import pypdf
import pytest
from fpdf import FPDF
from fpdf.bidi import auto_detect_base_direction
from fpdf.enums import TextDirection
from fpdf.fonts import TTFFont

from payments.receipts import scripts
from payments.receipts.receipt import FONTS, make_receipt, receipt_pdf
from payments.receipts.typesetting import Typesetter
from tests.mail_kinds import sample

pytestmark = pytest.mark.slow

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


def test_marks_that_turn_the_text_are_left_out() -> None:
    assert "Received from abc 100" in read(customer_name="\u202eabc\u2066 100\u0000")


NAMES = {
    "ethiopic": AMHARIC,
    "arabic": "خالد (أبو علي) حسن",
    "persian": "می\u200cخواهم ژاله",
    "hebrew": "שָׂרָה (שרי) כהן",
    "thai": "น้ำผึ้ง สมชาย",
    "georgian": "ნინო ბერიძე",
    "armenian": "Արմեն Սարգսյան",
    "devanagari": "प्रिया क्षत्रिय शर्मा",
    "bengali": "রবীন্দ্রনাথ ঠাকুর",
    "tamil": "தமிழ்ச்செல்வி கோபாலகிருஷ்ணன்",
    "gujarati": "ગુજરાતી પટેલ",
    "gurmukhi": "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "oriya": "ଓଡ଼ିଆ ଶ୍ରୀ",
    "telugu": "తెలుగు శ్రీ",
    "kannada": "ಕನ್ನಡ ಕೃಷ್ಣ",
    "malayalam": "മലയാളം ശ്രീ",
    "sinhala": "ශ්\u200dරී ලංකා",
    "lao": "ສົມສັກ ນ້ຳ",
    "khmer": "សុខ ស្រីមុំ",
    "myanmar": "မြန်မာ ကျော်",
    "tibetan": "བཀྲ་ཤིས་རྒྱལ",
    "mongolian": "ᠮᠣᠩᠭᠣᠯ",
    "cherokee": "ᏣᎳᎩ",
    "inuktitut": "ᐃᓄᒃᑎᑐᑦ",
    "tifinagh": "ⴰⵎⴰⵣⵉⵖ",
    "syriac": "ܝܘܚܢܢ",
    "thaana": "ދިވެހި",
    "nko": "ߒߞߏ",
    "adlam": "𞤀𞤣𞤤𞤢𞤥",
    "javanese": "ꦗꦮ",
    "yi": "ꆈꌠꉙ",
    "han": HAN,
    "hangul": HANGUL,
    "vietnamese": "Nguyễn Thị Hồng",
    "decomposed": "Nguye\u0302\u0303n",
    "emoji": "Almaz 🎉 👩\u200d👩\u200d👧 🇪🇹 ❤\ufe0f 👍🏽",
    "mixed": "Dr. שרה (Sara) כהן & สมชาย [ნინო] 12",
}


@pytest.fixture(scope="module")
def setter() -> Typesetter:
    """With every font that the names take."""
    pdf = FPDF()
    pdf.str_alias_nb_pages = ""
    return Typesetter(pdf, FONTS, "".join(NAMES.values()))


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_in_any_script_has_a_glyph_for_each_letter(name: str, setter: Typesetter) -> None:
    assert not setter.lacks(name)
    for run in setter._visual(scripts.visible(name), TextDirection.LTR):  # noqa: SLF001
        font = setter.pdf.fonts[run.font]
        assert isinstance(font, TTFFont)
        glyphs, _places = font.perform_harfbuzz_shaping(
            run.text, 11, {"features": {}, "fragment_direction": run.direction}
        )
        assert 0 not in [glyph.codepoint for glyph in glyphs]  # .notdef, the box


def test_a_page_with_all_of_them_has_no_box_and_no_letter_replaced() -> None:
    receipt = make_receipt(facts(customer_name=" / ".join(NAMES.values())), "en")
    assert not receipt.spelled
    assert "\ufffd" not in pypdf.PdfReader(io.BytesIO(receipt.pdf)).pages[0].extract_text()


@pytest.mark.parametrize(
    ("name", "on_page"),
    [
        ("שרה (שרי) כהן", "כהן| (|שרי|) |שרה"),
        ("Cohen (כהן) [x]", "Cohen (|כהן|) [x]"),
        ("כהן [Cohen]", "[|Cohen|] |כהן"),
        ("שרה «12» <3>", "<|3|> «|12|» |שרה"),
        ("خالد (أبو) حسن", "حسن| (|أبو|) |خالد"),
        ("שרה สมชาย (ნინო) כהן", "כהן| |สมชาย| (|ნინო|)| |שרה"),
    ],
)
def test_brackets_stand_round_what_they_are_about_whichever_way_it_is_read(
    name: str, on_page: str, setter: Typesetter
) -> None:
    """Runs from left to right; the letters of a run from the right are in the order of the text."""
    runs = setter._visual(name, auto_detect_base_direction(name))  # noqa: SLF001
    assert "|".join(run.text for run in runs) == on_page


@pytest.mark.parametrize(
    ("name", "spelled"),
    [("Almaz 𓀀", "Almaz A1"), ("𠮷野", "Kichi野"), ("ᚠᚢᚦ", "futh"), ("𝒜lmaz", "Almaz"), ("\ue000", "\ufffd")],
)
def test_what_no_font_has_is_spelled_in_latin_letters_and_staff_are_told(name: str, spelled: str) -> None:
    receipt = make_receipt(facts(customer_name=name), "en")
    [page] = pypdf.PdfReader(io.BytesIO(receipt.pdf)).pages
    assert f"Received from {spelled}" in page.extract_text().splitlines()
    assert receipt.spelled


def test_names_that_do_not_stand_on_the_page_are_not_looked_at() -> None:
    assert make_receipt(facts(travellers=["ᚠᚢᚦ", HAN]), "en").pdf == make_receipt(facts(), "en").pdf


def test_a_receipt_in_amharic_has_amharic_words() -> None:
    lines = pypdf.PdfReader(io.BytesIO(receipt_pdf(facts(), "am"))).pages[0].extract_text().splitlines()
    assert lines[1:6] == ["ደረሰኝ R-000042", "የተቀበልነው ገንዘብ", "ETB 900.00", "ከፋይ Almaz Tesfaye", lines[5]]
    assert "ሰኞ 23 ኖቬምበር 2026, 10:05" in lines[5]
    assert "የክፍያ ዘዴ ጥሬ ገንዘብ" in lines
    assert not [line for line in lines if "Received" in line or "Mon" in line or "Cash" in line]


@pytest.mark.parametrize("letter", ["Ж", "ጨ", "王", "م"])
def test_the_longest_names_still_make_one_page(letter: str) -> None:
    lines = read(customer_name=letter * 150, trip=letter * 120, destination=letter * 120, refunded="1.00")
    assert sum(line.count(letter) for line in lines) == 390 or letter == "م"  # joined, it is other glyphs


def test_the_same_facts_give_the_same_bytes() -> None:
    assert receipt_pdf(facts(customer_name=f"{AMHARIC} {HAN}")) == receipt_pdf(facts(customer_name=f"{AMHARIC} {HAN}"))


def test_a_latin_receipt_is_small() -> None:
    assert len(receipt_pdf(facts())) < 20_000 < len(receipt_pdf(facts(customer_name=AMHARIC + HEBREW + HAN + HANGUL)))
