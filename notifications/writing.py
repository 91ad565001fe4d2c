"""A message as the mail that is handed over: its headers, its parts, its receipt."""

import logging

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address

from notifications.catalogue import WITH_A_RECEIPT
from notifications.failures import FaultOfOurs, WrongAddress
from notifications.models import Message
from notifications.receipt import make_receipt
from notifications.rendering import text_language

logger = logging.getLogger(__name__)

SPELLED = "Its receipt spells a name in Latin letters where our fonts lack the letters. Look whether it can be read."


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
    """From its frozen words, with what staff must know of it; a receipt is made of the row's facts.

    So a message that is sent again carries the same receipt.
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
    return mail, _attach_receipt(mail, message)


def _attach_receipt(mail: EmailMultiAlternatives, message: Message) -> str:
    """Rows older than receipts have none."""
    number = message.context.get("receipt")
    if message.kind not in WITH_A_RECEIPT or not number:
        return ""
    receipt = make_receipt(message.context, text_language(message.kind, message.language))
    mail.attach(f"Receipt-{number}.pdf", receipt.pdf, "application/pdf")
    if receipt.spelled:
        logger.warning("The receipt of mail #%s has letters that none of our fonts has", message.pk)
        return SPELLED
    return ""
