"""Mails that can't be made or written: whose fault it is, and what waits."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from pytest_django import Settings

from config.mail_address import why_unusable
from notifications import outcomes, rendering
from notifications.fates import OURS
from notifications.models import Message
from payments.receipts.words import SPELLED
from tests.deliveries import attachments, deliver
from tests.factories import NOW, make_message
from tests.mail_kinds import sample

from .conftest import MailServer

pytestmark = pytest.mark.django_db


def test_a_receipt_that_can_t_be_made_is_a_fault_of_ours_and_waits(
    mail_server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    facts = {"customer_name": "Almaz", "receipt": "R-000042", "reference": "TD-1"}
    message, other = make_message(kind="payment_confirmation", context=facts), make_message()
    assert deliver(message) == "queued"
    assert message.last_error == f"This mail could not be made (KeyError). {OURS}"
    assert (message.attempts, message.due_at) == (0, NOW + outcomes.PAUSE)
    assert caplog.messages[0] == f"Mail #{message.pk} could not be made: KeyError"
    assert mail_server.mailbox.mails == []
    assert deliver(other) == "sent"  # nothing is wrong with the others
    message.context = sample("payment_confirmation")  # put right
    message.save()
    assert (deliver(message, after=outcomes.PAUSE), message.last_error) == ("sent", "")
    assert attachments(mail_server) == [("Receipt-R-000042.pdf", "application/pdf")]


def test_letters_that_no_font_has_are_told_to_staff_and_to_the_log_without_the_name(
    caplog: pytest.LogCaptureFixture,
) -> None:
    message = make_message(
        kind="payment_confirmation", context=sample("payment_confirmation") | {"customer_name": "ᚠᚢ"}
    )
    assert (deliver(message), message.last_error) == ("sent", SPELLED)
    assert caplog.messages == [f"Mail #{message.pk}: {SPELLED}"]


def test_a_font_that_is_missing_is_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("payments.receipts.receipt.FONTS", tmp_path)
    message = make_message(kind="payment_confirmation")
    assert (deliver(message), message.attempts, len(mail.outbox)) == ("queued", 0, 0)
    assert message.last_error == f"This mail could not be made (FileNotFoundError). {OURS}"


def test_a_built_in_text_that_is_broken_is_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "built_in", lambda _kind: ("Subject", "{% if %}"))
    message = make_message()
    assert (deliver(message), message.attempts, len(mail.outbox)) == ("queued", 0, 0)
    assert message.last_error == f"This mail could not be made (UnfitText). {OURS}"


def test_a_sender_that_can_t_be_written_pauses_every_mail_and_fails_none(
    mail_server: MailServer, settings: Settings
) -> None:
    settings.DEFAULT_FROM_EMAIL = "Tours, Inc. <desk@tourdesk.example>"
    message, other = make_message(), make_message()
    assert deliver(message) == "queued"
    other.refresh_from_db()
    assert message.last_error == other.last_error
    assert message.last_error.endswith("Check DEFAULT_FROM_EMAIL.")
    assert (message.attempts, other.attempts, other.due_at) == (0, 0, NOW + outcomes.PAUSE)
    settings.DEFAULT_FROM_EMAIL = '"Tours, Inc." <desk@tourdesk.example>'
    assert deliver(message, after=outcomes.PAUSE) == "sent"


def test_a_mail_that_can_t_be_made_is_tried_less_and_less_often() -> None:
    message = make_message(kind="payment_confirmation", context={"receipt": "R-000042"})
    Message.objects.filter(pk=message.pk).update(created_at=NOW)
    waits, at = [], timedelta()
    for _ in range(6):
        deliver(message, after=at)
        waits.append(int((message.due_at - NOW - at).total_seconds() / 60))
        at = message.due_at - NOW
    assert (waits, message.attempts) == ([5, 5, 10, 20, 40, 60], 0)


@pytest.mark.parametrize(
    ("sender", "domain", "header"),
    [
        ("desk@münchen.example", "xn--mnchen-3ya.example", "desk@xn--mnchen-3ya.example"),
        ("Reise <desk@münchen.example>", "xn--mnchen-3ya.example", "Reise <desk@xn--mnchen-3ya.example>"),
        ('"Tours, Inc." <desk@tourdesk.example>', "tourdesk.example", '"Tours, Inc." <desk@tourdesk.example>'),
        ("አልማዝ ጉዞ <desk@tourdesk.example>", "tourdesk.example", "አልማዝ ጉዞ <desk@tourdesk.example>"),
        ("Tours (Addis) <desk@tourdesk.example>", "tourdesk.example", "Tours <desk@tourdesk.example>"),
    ],
)
def test_every_sender_that_passes_the_start_check_is_written_well(
    mail_server: MailServer, settings: Settings, sender: str, domain: str, header: str
) -> None:
    assert why_unusable(sender) == ""
    settings.DEFAULT_FROM_EMAIL = sender
    message = make_message()
    assert (deliver(message), message.last_error) == ("sent", "")
    [got] = mail_server.mailbox.mails
    assert got["Message-ID"] == f"<{message.uuid}@{domain}>"
    assert (got["From"].addresses[0].addr_spec, str(got["From"])) == (f"desk@{domain}", header)


def test_a_recipient_with_an_international_domain_is_reached(mail_server: MailServer) -> None:
    message = make_message(recipient="almaz@münchen.example")
    assert deliver(message) == "sent"
    [got] = mail_server.mailbox.mails
    assert got["To"].addresses[0].addr_spec == "almaz@xn--mnchen-3ya.example"


@pytest.mark.parametrize("recipient", ["አልማዝ@example.com", "josé@münchen.example"])
def test_a_recipient_with_letters_that_no_server_of_ours_takes_fails_alone(recipient: str) -> None:
    message = make_message(recipient=recipient)
    assert (deliver(message), len(mail.outbox)) == ("failed", 0)
    assert message.last_error.startswith("The mail server can't take an address with such letters before the @.")


def test_an_unwritable_header_fails_and_says_so(mail_server: MailServer) -> None:
    message = make_message(recipient="a@example.com\nBcc: b@example.com")
    assert deliver(message) == "failed"
    assert message.last_error.startswith("This mail can't be written")
    assert mail_server.mailbox.mails == []
