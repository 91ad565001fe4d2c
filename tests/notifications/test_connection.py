from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives
from pytest_django import Settings

from notifications import connection

from .conftest import MailServer

pytestmark = pytest.mark.django_db


def send(subject: str = "Hello") -> None:
    connection.send(EmailMultiAlternatives(subject, "text", to=["almaz@example.com"]))


def test_one_connection_carries_many_mails(mail_server: MailServer) -> None:
    for _ in range(5):
        send()
    assert len(mail_server.mailbox.mails) == 5
    assert len(mail_server.mailbox.sessions) == 1


def test_a_server_that_hung_up_on_an_idle_line_gets_a_new_one(mail_server: MailServer) -> None:
    send()
    mail_server.hang_up()
    send()
    assert len(mail_server.mailbox.mails) == 2
    assert len(mail_server.mailbox.sessions) == 2


def test_the_connection_is_made_anew_after_some_mails(mail_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MAX_MAILS", 2)
    for _ in range(5):
        send()
    assert len(mail_server.mailbox.sessions) == 3


def test_the_connection_is_made_anew_after_a_rest(mail_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MAX_IDLE_SECONDS", -1)
    send()
    send()
    assert len(mail_server.mailbox.sessions) == 2


def test_a_refusal_closes_the_line_and_the_next_mail_goes_out(mail_server: MailServer) -> None:
    mail_server.mailbox.data_answers = ["550 No"]
    with pytest.raises(OSError, match="550"):
        send()
    send("second")
    assert [mail["Subject"] for mail in mail_server.mailbox.mails] == ["second"]
    assert len(mail_server.mailbox.sessions) == 2


def test_other_backends_open_for_each_mail(mailoutbox: list[EmailMessage]) -> None:
    send()
    assert [mail.subject for mail in mailoutbox] == ["Hello"]


def test_the_folder_backend_writes_one_readable_file_a_mail(settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "notifications.mail_folder.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    send("ሰላም")
    send("second")
    files = sorted((tmp_path / "mail").iterdir())
    assert [file.suffix for file in files] == [".eml", ".eml"]
    subjects = {message_from_bytes(file.read_bytes(), policy=policy.default)["Subject"] for file in files}
    assert subjects == {"ሰላም", "second"}
