"""Against a real SMTP server that can misbehave."""

from datetime import timedelta

import pytest
from pytest_django import Settings

from notifications import connection, delivery, outbox, outcomes, resending
from notifications.models import Message, MessageTemplate
from tests.deliveries import attachments, deliver
from tests.factories import NOW, make_message
from tests.mail_kinds import sample

from .conftest import MailServer

pytestmark = pytest.mark.django_db
Status = Message.Status


def test_a_due_message_is_sent_and_marked(mail_server: MailServer) -> None:
    message = make_message(context={"customer_name": "አልማዝ", "reference": "TD-1"})
    assert deliver(message) == "sent"
    assert (message.status, message.sent_at, message.attempts, message.task_id) == ("sent", NOW, 1, "task-1")
    assert (message.lease_expires_at, message.last_error) == (None, "")
    (got,) = mail_server.mailbox.mails
    assert (got["To"], got["Subject"]) == ("almaz@example.com", message.subject)
    assert got["Message-ID"] == f"<{message.uuid}@tourdesk.example>" == message.message_id
    assert got["Auto-Submitted"] == "auto-generated"
    parts = {part.get_content_type(): part.get_content() for part in got.iter_parts()}
    assert parts["text/plain"].replace("\r\n", "\n") == message.text
    assert "Dear አልማዝ," in parts["text/html"]


@pytest.mark.slow
def test_a_payment_confirmation_carries_its_receipt_and_so_does_the_resend(mail_server: MailServer) -> None:
    message = make_message(kind="payment_confirmation")
    assert (deliver(message), message.last_error) == ("sent", "")
    assert attachments(mail_server) == [("Receipt-R-000042.pdf", "application/pdf")]
    [first] = mail_server.mailbox.mails[0].iter_attachments()
    again = resending.resend(message_id=message.pk, user=None, now=NOW)
    assert deliver(again) == "sent"
    [second] = mail_server.mailbox.mails[1].iter_attachments()
    assert first.get_content() == second.get_content()


@pytest.mark.parametrize("kind", ["payment_confirmation", "payment_failure"])
def test_without_a_receipt_number_nothing_is_attached(mail_server: MailServer, kind: str) -> None:
    old = {name: value for name, value in sample(kind).items() if name not in ("receipt", "as_of")}
    assert deliver(make_message(kind=kind, context=old)) == "sent"
    assert attachments(mail_server) == []


def test_delivered_twice_sends_one_mail(mail_server: MailServer) -> None:
    message = make_message()
    assert (deliver(message), deliver(message)) == ("sent", "skipped")
    assert len(mail_server.mailbox.mails) == 1


@pytest.mark.parametrize(
    "state",
    [
        {"status": Status.DRAFT},
        {"status": Status.WITHDRAWN},
        {"status": Status.FAILED},
        {"status": Status.SENDING},
        {"due_at": NOW + timedelta(seconds=1)},
    ],
)
def test_what_is_not_due_or_not_queued_is_skipped(mail_server: MailServer, state: dict[str, object]) -> None:
    assert deliver(make_message(**state)) == "skipped"
    assert mail_server.mailbox.mails == []


def test_a_message_that_is_gone_is_skipped() -> None:
    assert delivery.deliver(message_id=0, task_id="task-1", now=NOW) == "skipped"


def test_a_temporary_refusal_is_tried_again_later_with_the_same_words(mail_server: MailServer) -> None:
    message = make_message()
    mail_server.mailbox.data_answers = ["451 Try later"]
    assert deliver(message) == "queued"
    wait = timedelta(seconds=30 + message.pk % 10)
    assert (message.due_at, message.attempts, message.published_at) == (NOW + wait, 1, None)
    assert message.last_error == "The mail server said: 451 Try later"
    assert message.possible_duplicate is False
    frozen = message.text
    MessageTemplate.objects.create(kind=message.kind, subject="New", body="New words")
    assert deliver(message) == "skipped"
    assert deliver(message, after=wait) == "sent"
    assert (message.text, message.last_error, message.attempts) == (frozen, "", 2)
    assert mail_server.mailbox.mails[0]["Message-ID"] == message.message_id


def test_a_refused_address_fails_at_once(mail_server: MailServer) -> None:
    message = make_message()
    mail_server.mailbox.rcpt_answers = ["550 No such user"]
    assert deliver(message) == "failed"
    assert (message.status, message.last_error) == ("failed", "The mail server said: 550 No such user")


def test_the_last_attempt_gives_up(mail_server: MailServer) -> None:
    message = make_message(attempts=outcomes.MAX_ATTEMPTS - 1)
    mail_server.mailbox.data_answers = ["451 Try later"]
    assert deliver(message) == "failed"
    assert message.attempts == outcomes.MAX_ATTEMPTS


def test_a_line_lost_after_the_mail_was_handed_over_is_marked_as_possibly_twice(mail_server: MailServer) -> None:
    message = make_message()
    mail_server.mailbox.hang_up_after_data = True
    assert deliver(message) == "queued"
    assert (message.possible_duplicate, message.last_error) == (True, "The mail server hung up.")
    assert deliver(message, after=timedelta(minutes=1)) == "sent"
    assert [got["Message-ID"] for got in mail_server.mailbox.mails] == [message.message_id] * 2


def test_a_second_answer_that_is_missing_leaves_the_mail_to_a_person(mail_server: MailServer) -> None:
    message = make_message(possible_duplicate=True, attempts=1)
    mail_server.mailbox.hang_up_after_data = True
    assert deliver(message) == "failed"
    assert message.last_error == f"The mail server hung up.{outcomes.TWICE}"


@pytest.mark.slow
def test_a_slow_answer_to_a_mail_is_waited_for(mail_server: MailServer, settings: Settings) -> None:
    settings.EMAIL_TIMEOUT = 5  # for what a busy machine does quickly enough
    mail_server.mailbox.data_delay = 6.0
    assert deliver(make_message()) == "sent"
    assert len(mail_server.mailbox.mails) == 1


def test_an_answer_that_takes_too_long_is_called_so(mail_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "ANSWER_SECONDS", 0.3)
    mail_server.mailbox.data_delay = 1.0
    message = make_message()
    assert deliver(message) == "queued"
    assert (message.last_error, message.possible_duplicate) == ("The mail server did not answer in time.", True)


def test_a_failure_is_logged_without_address_and_words(
    mail_server: MailServer, caplog: pytest.LogCaptureFixture
) -> None:
    message = make_message()
    mail_server.mailbox.rcpt_answers = ["550 almaz@example.com is unknown"]
    deliver(message)
    told = [record.getMessage() for record in caplog.records if record.name == "notifications.delivery"]
    assert told == [f"Mail #{message.pk} is failed: permanent failure, 550"]


def test_a_server_that_is_away_costs_an_attempt_but_marks_nothing_as_twice(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    message = make_message()
    assert deliver(message) == "queued"
    assert message.last_error == "The mail server could not be reached (Connection refused)."
    assert (message.attempts, message.possible_duplicate) == (1, False)


def test_a_refused_log_in_pauses_every_mail_and_burns_no_attempt(mail_server: MailServer, settings: Settings) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "desk", "s3cret"  # this server knows no AUTH
    message, other = make_message(), make_message()
    assert deliver(message) == "queued"
    other.refresh_from_db()
    assert message.attempts == other.attempts == 0
    assert message.due_at == other.due_at == NOW + outcomes.PAUSE
    assert message.last_error == other.last_error
    assert message.last_error.endswith("Check EMAIL_URL.")
    assert "s3cret" not in message.last_error
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    assert deliver(message, after=outcomes.PAUSE) == "sent"


def test_mails_that_wait_for_the_account_keep_their_time_when_another_fails(
    mail_server: MailServer, settings: Settings
) -> None:
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "desk", "s3cret"
    first = make_message()
    deliver(first)
    due, later = first.due_at, timedelta(minutes=4)
    assert deliver(make_message(due_at=NOW + later), after=later) == "queued"
    first.refresh_from_db()
    assert first.due_at == due


def test_withdrawn_while_sending_is_not_tried_again(mail_server: MailServer) -> None:
    message = make_message()
    mail_server.mailbox.rcpt_answers = ["450 Busy"]
    claimed = delivery._claim(message.pk, "task-1", NOW)  # noqa: SLF001 - the moment between claim and answer
    assert claimed is not None
    assert outbox.withdraw(topics=[message.topic], reason="Cancelled.") == 0
    delivery.reclaim_lost(now=NOW + timedelta(hours=1))
    message.refresh_from_db()
    assert (message.status, message.withdrawn_reason) == ("withdrawn", "Cancelled.")
