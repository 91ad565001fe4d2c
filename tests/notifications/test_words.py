from typing import Any

import pytest

from bookings.models import Booking
from notifications import words
from notifications.models import Message, MessageTemplate
from notifications.rendering import render
from notifications.template_language import fill
from payments.models import Refund
from payments.models.money import method_choices
from tests.mail_kinds import KINDS, sample

AMHARIC_DAY = "እሑድ 27 ዲሴምበር 2026"


@pytest.mark.parametrize(
    ("name", "value", "english", "amharic"),
    [
        ("starts", "2026-12-27 07:30+03:00", "Sun 27 December 2026, 07:30", f"{AMHARIC_DAY}, 07:30"),
        ("old_starts", "2026-12-27 23:59-05:00", "Sun 27 December 2026, 23:59", f"{AMHARIC_DAY}, 23:59"),
        ("hold_until", "2026-12-27 00:00+05:45", "Sun 27 December 2026, 00:00", f"{AMHARIC_DAY}, 00:00"),
        ("balance_due", "2026-12-27", "Sun 27 December 2026", AMHARIC_DAY),
        ("status", "pending", "Pending", "በመጠባበቅ ላይ"),
        ("status", "no_show", "No-show", "አልተገኙም"),
        ("method", "bank_transfer", "Bank transfer", "የባንክ ዝውውር"),
        ("way", "cash", "Cash", "ጥሬ ገንዘብ"),
        ("total", "1234567.50", "1,234,567.50", "1,234,567.50"),
    ],
)
def test_a_plain_value_becomes_words_of_the_language(name: str, value: str, english: str, amharic: str) -> None:
    assert (str(words.said(name, value, "en")), str(words.said(name, value, "am"))) == (english, amharic)
    assert words.said(name, value, "am") == value


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("starts", "Sun 27 December 2026, 07:30"),
        ("starts", "2026-13-45 07:30+03:00"),
        ("balance_due", "2026-02-30"),
        ("balance_due", ""),
        ("status", "something new"),
        ("method", "Telebirr"),
        ("total", ""),
        ("total", "a lot"),
        ("total", "NaN"),
        ("customer_name", "pending"),
        ("reason", "2026-12-27"),
    ],
)
def test_what_is_no_plain_value_is_shown_as_it_stands(name: str, value: str) -> None:
    assert words.said(name, value, "am") == value
    assert type(words.said(name, value, "en")) is str


def test_a_state_in_words_equals_its_code_and_the_label_that_texts_of_before_ask_for() -> None:
    said = words.said("status", "cancelled", "am")
    asked = '{% if status == "cancelled" %}1{% endif %}{% if status == "Cancelled" %}2{% endif %}'
    asked += '{% if "cancelled" == status %}3{% endif %}{% if status != "cancelled" %}4{% endif %} {{ status }}'
    assert fill(asked, {"status": said}) == "123 ተሰርዟል"
    assert words.said("status", "Cancelled", "am") == "ተሰርዟል"  # a row of before plain values


def test_every_state_and_way_to_pay_has_its_label_and_amharic_words() -> None:
    for table, labels in (
        (words.STATUSES, dict(Booking.Status.choices)),
        (words.METHODS, dict(method_choices()) | dict(Refund.Way.choices)),
    ):
        assert {code: said["en"] for code, said in table.items()} == {code: str(to) for code, to in labels.items()}
        assert all(said["am"] for said in table.values())


def test_a_language_without_words_of_ours_gets_english_ones_and_its_own_days() -> None:
    assert str(words.said("status", "pending", "fr")) == "Pending"
    assert str(words.said("balance_due", "2026-12-27", "fr")) == "dim. 27 décembre 2026"
    assert str(words.said("balance_due", "2026-12-27", "xx")) == "Sun 27 December 2026"


ALL_FACTS = "{{ starts }} | {{ ends }} | {{ hold_until }} | {{ balance_due }} | {{ status }} | {{ total }}"
ENGLISH = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "November", "December", "Pending", "Confirmed", "Cash")


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_an_amharic_text_has_no_english_day_month_or_state(kind: str) -> None:
    names = [name for name in sample(kind) if name in {*words.MOMENTS, *words.DAYS, *words.CODES}]
    body = " | ".join(f"{{{{ {name} }}}}" for name in names)
    MessageTemplate.objects.create(kind=kind, language="am", subject="ጉዳይ", body=body)
    text = render(Message(kind=kind, language="am", context=sample(kind))).text
    assert [word for word in ENGLISH if word in text] == []
    assert not any(str(sample(kind)[name]) in text for name in names if sample(kind)[name])


@pytest.mark.django_db
def test_without_an_amharic_text_the_english_one_has_english_words() -> None:
    text = render(Message(kind="booking_confirmation", language="am", context=sample("booking_confirmation"))).text
    assert "Departure: Tue 24 November 2026, 07:30\n" in text
    assert "Status: Pending\n" in text


@pytest.mark.django_db
@pytest.mark.parametrize(("status", "says"), [("cancelled", "is cancelled, so"), ("confirmed", "is now: Confirmed")])
def test_built_in_texts_branch_on_the_value(status: str, says: str) -> None:
    for value in (status, status.title()):  # and as rows of before have it
        facts: dict[str, Any] = sample("payment_confirmation") | {"status": value}
        assert says in render(Message(kind="payment_confirmation", language="en", context=facts)).text
