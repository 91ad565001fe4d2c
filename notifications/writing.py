"""A message as the mail that is handed over: its headers, its parts, its receipt."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import sanitize_address

from notifications.catalogue import WITH_A_RECEIPT
from notifications.failures import FaultOfOurs, WrongAddress
from notifications.models import Message
from notifications.receipt import receipt_pdf
from notifications.rendering import text_language


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


def mail_of(message: Message) -> EmailMultiAlternatives:
    """From its frozen words; a receipt is made of the row's facts, so that a resend carries the same one."""
    try:
        sanitize_address(settings.DEFAULT_FROM_EMAIL, "utf-8")
    except (ValueError, IndexError) as error:
        raise FaultOfOurs(
            "No mail can be sent from this address. Check DEFAULT_FROM_EMAIL.", everywhere=True
        ) from error
    headers = {"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"}
    mail = EmailMultiAlternatives(message.subject, message.text, to=[message.recipient], headers=headers)
    mail.attach_alternative(message.html, "text/html")
    # What an e-mail service reports later (a bounce) names the row by this; other backends don't look at it.
    mail.metadata = {"message": str(message.uuid)}  # type: ignore[attr-defined]
    _attach_receipt(mail, message.context, message)
    return mail


def _attach_receipt(mail: EmailMultiAlternatives, facts: dict[str, Any], message: Message) -> None:
    """Rows older than receipts have none."""
    number = facts.get("receipt")
    if message.kind in WITH_A_RECEIPT and number:
        mail.attach(f"Receipt-{number}.pdf", receipt_pdf(facts, text_language(message)), "application/pdf")
