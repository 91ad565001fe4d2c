"""A message as the mail that is handed over: its headers, its parts, its attachment."""

import logging

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address

from notifications.fates import FaultOfOurs, WrongAddress
from notifications.kinds import all_kinds
from notifications.models import Message
from notifications.rendering import text_language

logger = logging.getLogger(__name__)


def check_recipient(address: str) -> None:
    """Raise WrongAddress where no mail can be written to it, or none of our servers could take it."""
    try:
        sanitize_address(address, "utf-8")
    except (ValueError, IndexError) as error:
        raise WrongAddress(f"This mail can't be written to its address: {error}") from error
    if not address.rpartition("@")[0].isascii():
        raise WrongAddress(
            "The mail server can't take an address with such letters before the @. Ask the customer for another one."
        )


def mail_of(message: Message) -> tuple[EmailMultiAlternatives, str]:
    """From its frozen words, with what staff must know of it; its attachment is made of the row's facts.

    So a message that is sent again carries the same one.
    """
    try:
        sanitize_address(settings.DEFAULT_FROM_EMAIL, "utf-8")
    except (ValueError, IndexError) as error:
        raise FaultOfOurs(
            "Our sender's address can't be written. Check DEFAULT_FROM_EMAIL.", everywhere=True
        ) from error
    headers = {"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"}
    mail = EmailMultiAlternatives(message.subject, message.text, to=[message.recipient], headers=headers)
    mail.attach_alternative(message.html, "text/html")
    # What an e-mail service reports later (a bounce) names the row by this; other backends don't look at it.
    mail.metadata = {"message": str(message.uuid)}  # type: ignore[attr-defined]
    return mail, _attach(mail, message)


def _attach(mail: EmailMultiAlternatives, message: Message) -> str:
    """The file of its kind, if it has one."""
    kind = all_kinds().get(message.kind)  # none for a row of a newer release
    make = kind.attachment if kind else None
    attached = make(message.context, text_language(message.kind, message.language)) if make else None
    if attached is None:
        return ""
    mail.attach(attached.name, attached.content, attached.content_type)
    if attached.note:
        logger.warning("Mail #%s: %s", message.pk, attached.note)
    return attached.note
