"""The mails about a person's own account.

They don't go through the outbox: its texts can be rewritten, its rows read, withdrawn and sent again to another
address by people who must not have a colleague's reset link, or silence a warning. Here a row says who is to be told
what, and nothing else; address, words and link are made at the moment of sending, and not kept.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMultiAlternatives
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from config.account.kinds import MAILS
from config.models import AccountMail
from notifications import connection, dispatch

logger = logging.getLogger(__name__)
TASK: Final = "config.send_account_mails"
AT_ONCE: Final = 100
KEPT: Final = timedelta(days=7)


def tell(user: User | None, kind: str, *, now: datetime) -> None:
    """In the caller's transaction; the mail follows after commit."""
    AccountMail.objects.create(user=user, kind=kind, asked_at=now)
    transaction.on_commit(lambda: dispatch.wake(TASK), robust=True)


def send_due(*, now: datetime) -> int:
    """Send what waits. Returns how many went out."""
    young = Q()
    for kind, about in MAILS.items():
        young |= Q(kind=kind, asked_at__gt=now - about.life)
    due = AccountMail.objects.free(now).filter(young, user__is_active=True).exclude(user__email="")
    return sum(_send(pk, now) for pk in due.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])


def forget_old(*, now: datetime) -> int:
    count, _by_model = AccountMail.objects.filter(asked_at__lt=now - KEPT).delete()
    return count


def _send(pk: int, now: datetime) -> bool:
    row = AccountMail.objects.free(now).claim(pk, claimed_at=now)
    if row is None:
        return False
    try:
        connection.send(_mail(row))
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever a mail server does, the row waits for the next try
        logger.warning("Account mail #%s (%s) was not sent: %s", pk, row.kind, type(error).__name__)
        return False
    AccountMail.objects.filter(pk=pk).update(sent_at=now)
    return True


def _mail(row: AccountMail) -> EmailMultiAlternatives:
    user = row.user
    if user is None:
        raise ValueError(row)  # send_due leaves those out
    facts = {
        "name": user.get_full_name() or user.get_username(),
        "username": user.get_username(),
        "asked_at": row.asked_at,
        "company_name": settings.COMPANY_NAME,
        "support_email": settings.SUPPORT_EMAIL,
        "link": reset_link(user) if row.kind == "password_reset" else settings.SITE_URL + reverse("account"),
        "minutes": settings.PASSWORD_RESET_TIMEOUT // 60,
    }
    text = render_to_string(f"account_mails/{row.kind}.txt", facts)
    subject = f"{settings.COMPANY_NAME}: {MAILS[row.kind].subject}"
    return EmailMultiAlternatives(subject, text, to=[user.email], headers={"Auto-Submitted": "auto-generated"})


def reset_link(user: User) -> str:
    """It works once: the token is made of the password and the last log-in, among others."""
    uid, token = urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)
    return settings.SITE_URL + reverse("password_reset_confirm", kwargs={"uidb64": uid, "token": token})
