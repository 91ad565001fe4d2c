from html.parser import HTMLParser
from typing import Any

import pytest
from django.template import Engine
from pytest_django import Settings

from notifications.models import Message, MessageTemplate
from notifications.rendering import preview, render
from tests.mail_kinds import KINDS, sample

pytestmark = pytest.mark.django_db


def unsaved(kind: str = "booking_confirmation", language: str = "en", **facts: Any) -> Message:
    return Message(kind=kind, language=language, context=sample(kind) | facts)


class Words(HTMLParser):
    """The text of a page, and its tags, to compare."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.root: dict[str, str | None] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag == "html":
            self.root = dict(attrs)
        if tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_says_the_same_in_both_parts(kind: str) -> None:
    mail = render(unsaved(kind))
    page = Words(mail.html)
    in_html = " ".join(" ".join(page.text).split())
    assert sample(kind)["reference"] in mail.subject
    assert "\n" not in mail.subject
    for line in mail.text.splitlines():
        label, colon, value = line.partition(": ")
        assert line in in_html or (colon and label in in_html and (value in in_html or value in page.links))
    assert "help@tourdesk.example" in mail.text


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_asks_for_a_fact_that_is_not_there(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine.get_default(), "string_if_invalid", "NOT-THERE %s")
    mail = render(unsaved(kind))
    assert "NOT-THERE" not in mail.subject + mail.text + mail.html


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_still_reads_well_with_its_optional_facts_empty(kind: str) -> None:
    empty: dict[str, Any] = dict.fromkeys(
        ("hold_until", "how_to_pay", "pay_url", "balance_due", "reason", "receipt"), ""
    )
    empty |= {"travellers": [], "deposit_due": "0.00"}
    text = render(unsaved(kind, **{name: value for name, value in empty.items() if name in sample(kind)})).text
    assert "How to" not in text
    assert "online:" not in text
    assert "until ." not in text
    assert "()" not in text
    assert "\n\n\n" not in text


def test_booking_confirmation_in_full() -> None:
    mail = render(unsaved())
    assert mail.subject == "Your booking TD-7K3M9QX2: Lalibela highlands, Tue 24 November 2026, 07:30"
    assert mail.text == (
        "Dear Almaz Tesfaye,\n\n"
        "Thank you for booking with Tourdesk Travel. Your seats are reserved until Tue 24 November 2026, 10:00. "
        "Please pay at least the deposit of 900.00 ETB by then, or they go to other travellers.\n\n"
        "Booking: TD-7K3M9QX2\nTrip: Lalibela highlands\nDestination: Lalibela, Ethiopia\n"
        "Departure: Tue 24 November 2026, 07:30\nReturn: Fri 27 November 2026, 18:00 (Africa/Addis_Ababa)\n"
        "Travellers: 2 (Almaz Tesfaye, Yonas Tesfaye)\n"
        "Total: 3,000.00 ETB\nPaid: 0.00 ETB\nBalance: 3,000.00 ETB\n"
        "All to be paid by: Tue 10 November 2026\nDeposit: 900.00 ETB\n"
        "Held until: Tue 24 November 2026, 10:00 (Africa/Addis_Ababa)\nStatus: Pending\n\n"
        "Pay 900.00 ETB online: https://desk.example.com/pay/TD-7K3M9QX2.sample/\n\n"
        "Other ways to pay\nPay at our office in cash.\n\n"
        "Questions? Write to help@tourdesk.example and give your booking reference TD-7K3M9QX2.\n\n"
        "Tourdesk Travel\n"
    )


def test_payment_confirmation_names_transaction_and_new_status() -> None:
    mail = render(unsaved("payment_confirmation", status="Confirmed"))
    assert mail.subject == "Payment received: 900.00 ETB for booking TD-7K3M9QX2"
    for line in ("your booking is now: Confirmed.", "Transaction: CASH-7K3M9QX2", "Method: Cash", "Amount: 900.00 ETB"):
        assert line in mail.text
    assert "Your receipt R-000042 is attached.\n" in mail.text


PAY_URL = sample("payment_request")["pay_url"]
SUPPORT = "mailto:help@tourdesk.example"


@pytest.mark.parametrize("kind", ["booking_confirmation", "booking_promoted", "departure_reminder", "payment_request"])
def test_the_link_to_pay_is_a_button(kind: str) -> None:
    page = Words(render(unsaved(kind)).html)
    assert page.links == [PAY_URL, SUPPORT]
    assert "Pay 900.00 ETB online" in page.text


def test_a_link_inside_a_staff_s_sentence_can_be_pressed_too() -> None:
    MessageTemplate.objects.create(
        kind="payment_request", subject="Pay", body="Pay & go ({{ pay_url }}).\n\nA: 1\nPay: {{ pay_url }}"
    )
    page = Words(render(unsaved("payment_request")).html)
    assert page.links == [PAY_URL, PAY_URL, SUPPORT]
    assert f"Pay & go ({PAY_URL})." in "".join(page.text)


def test_no_words_of_a_customer_become_a_link() -> None:
    name = "https://evil.example/ <a href='https://evil.example/'>x</a>"
    assert Words(render(unsaved(customer_name=name, travellers=[name])).html).links == [PAY_URL, SUPPORT]
    assert Words(render(unsaved("payment_request", pay_url="javascript:alert(1)")).html).links == [SUPPORT]


def test_a_reminder_says_when_all_was_due() -> None:
    mail = render(unsaved("payment_reminder"))
    assert mail.subject == "2,100.00 ETB due by Tue 10 November 2026 for booking TD-7K3M9QX2"
    late = render(unsaved("payment_reminder", overdue="yes"))
    assert late.subject == "Overdue: 2,100.00 ETB for booking TD-7K3M9QX2"
    assert "It was due on Tue 10 November 2026." in late.text


def test_money_for_a_cancelled_booking_asks_for_no_more() -> None:
    text = render(unsaved("payment_confirmation", status="Cancelled", how_to_pay="", pay_url="")).text
    assert (
        "Your booking is cancelled, so we will write to you about this money. Your receipt R-000042 is attached.\n"
        in text
    )
    assert "Balance" not in text


def test_too_much_money_is_called_so() -> None:
    text = render(unsaved("payment_confirmation", balance="-1500.00", overpaid="1500.00", how_to_pay="")).text
    assert "Paid: 0.00 ETB\nOverpaid: 1,500.00 ETB\n" in text
    assert "You have paid more than the total. We will write to you about it.\n" in text
    assert "Balance" not in text


def test_off_the_waiting_list_is_good_news() -> None:
    mail = render(unsaved("booking_promoted"))
    assert mail.subject.startswith("Seats came free for you: Lalibela highlands")
    assert "Your seats are reserved until Tue 24 November 2026, 10:00. Please pay at least the deposit" in mail.text


def test_payment_failure_names_the_cause_the_cure_and_whom_to_ask() -> None:
    text = render(unsaved("payment_failure")).text
    assert "What went wrong: The bank returned the transfer.\n" in text
    link = "Pay 900.00 ETB online: https://desk.example.com/pay/TD-7K3M9QX2.sample/"
    assert f"How to try again\n\n{link}\n\nOr pay another way:\nPay at our office in cash.\n" in text
    assert "please ask us before you pay again: help@tourdesk.example." in text


def test_names_are_escaped_in_html_and_plain_in_text() -> None:
    name = "<script>alert(1)</script> & Söhne"
    mail = render(unsaved(customer_name=name))
    assert f"Dear {name},\n" in mail.text
    assert "script" not in Words(mail.html).tags
    assert f"Dear {name}," in "".join(Words(mail.html).text)


def test_line_breaks_in_a_name_add_neither_header_nor_paragraph() -> None:
    mail = render(unsaved(customer_name="A\r\nBcc: x@example.com\n\nPay to: 123\nBank: 9", trip="B\nSubject: no"))
    assert "Dear A Bcc: x@example.com Pay to: 123 Bank: 9,\n" in mail.text
    assert mail.subject == "Your booking TD-7K3M9QX2: B Subject: no, Tue 24 November 2026, 07:30"


def test_payment_instructions_keep_their_lines() -> None:
    text = render(unsaved(how_to_pay="Bank of Abyssinia\nAccount 1000", pay_url="")).text
    assert "How to pay\nBank of Abyssinia\nAccount 1000\n" in text


def test_amharic_and_right_to_left_names_arrive_as_written() -> None:
    mail = render(unsaved(customer_name="አልማዝ ተስፋዬ", travellers=["محمد علي"]))
    assert "Dear አልማዝ ተስፋዬ," in mail.text
    assert "(محمد علي)" in mail.text
    assert 'dir="auto"' in mail.html


def test_staff_text_in_the_customers_language_is_used(settings: Settings) -> None:
    MessageTemplate.objects.create(kind="booking_confirmation", language="en", subject="Hi", body="English")
    MessageTemplate.objects.create(
        kind="booking_confirmation", language="am", subject="ቦታ {{ reference }}", body="ሰላም {{ customer_name }}"
    )
    mail = render(unsaved(language="am"))
    assert (mail.subject, mail.text) == ("ቦታ TD-7K3M9QX2", "ሰላም Almaz Tesfaye\n")
    assert Words(mail.html).root == {"lang": "am", "dir": "ltr"}
    assert render(unsaved(language="fr")).text == "English\n"


def test_a_page_in_a_right_to_left_language_says_so() -> None:
    MessageTemplate.objects.create(kind="booking_confirmation", language="ar", subject="مرحبا", body="مرحبا")
    assert Words(render(unsaved(language="ar")).html).root == {"lang": "ar", "dir": "rtl"}


def test_a_staff_text_out_of_use_is_not_used() -> None:
    MessageTemplate.objects.create(kind="booking_confirmation", subject="Hi", body="Old", is_active=False)
    assert render(unsaved()).text.startswith("Dear Almaz Tesfaye,")


@pytest.mark.parametrize(
    "body",
    [
        "{% nonsense %}",
        "{{ party_size|first }}",
        "{% for a, b in travellers %}x{% endfor %}",
        "{{ customer_name|join:customer_name|join:customer_name|join:customer_name|join:customer_name }}",
        "{% for a in travellers %}{% for b in travellers %}{{ a }}{% endfor %}{% endfor %}",
        "x" * 1_000_000,
    ],
)
def test_a_broken_staff_text_falls_back_to_the_built_in_one(body: str) -> None:
    MessageTemplate.objects.create(kind="booking_confirmation", subject="Hi", body=body)
    assert render(unsaved()).text.startswith("Dear Almaz Tesfaye,")


def test_preview_fills_a_staff_text_with_made_up_facts() -> None:
    template = MessageTemplate(kind="payment_failure", subject="{{ transaction }}", body="Amount: {{ amount }}\nA: b")
    mail = preview(template)
    assert (mail.subject, mail.text) == ("CASH-7K3M9QX2", "Amount: 900.00\nA: b\n")
    assert "<script" not in mail.html
