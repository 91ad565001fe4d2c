"""One delivery of a mail, and what came of it."""

from datetime import timedelta

from notifications import delivery
from notifications.models import Message
from tests.factories import NOW
from tests.notifications.conftest import MailServer


def deliver(message: Message, *, after: timedelta = timedelta()) -> str:
    outcome = delivery.deliver(message_id=message.pk, task_id="task-1", now=NOW + after)
    message.refresh_from_db()
    return outcome


def attachments(mail_server: MailServer) -> list[tuple[str | None, str]]:
    got = mail_server.mailbox.mails[-1]
    return [(part.get_filename(), part.get_content_type()) for part in got.iter_attachments()]
