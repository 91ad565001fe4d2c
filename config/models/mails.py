"""Mails about accounts: no outbox row, as they hold a secret link."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models

from config.account.kinds import MAILS
from notifications.claims import ClaimQuerySet

LEASE = timedelta(minutes=3)  # an account mail that wasn't sent is tried again after it


class AccountMailQuerySet(ClaimQuerySet["AccountMail"]):
    def free(self, now: datetime) -> Self:
        """Unsent, and held by no worker."""
        claimable = models.Q(claimed_at__isnull=True) | models.Q(claimed_at__lte=now - LEASE)
        return self.filter(claimable, sent_at__isnull=True)


class AccountMail(models.Model):
    """A mail about their account that a person is to get. Address, words and link are made when it is sent.

    Without a user: somebody asked to reset the password of an address that we don't know. It is written down all the
    same, so that the answer takes as long.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=30, choices=[(kind, mail.subject) for kind, mail in MAILS.items()])
    asked_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    objects = AccountMailQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = (models.Index(fields=("asked_at",), name="account_mail_asked"),)

    def __str__(self) -> str:
        return f"#{self.pk} {self.kind}"
