"""What is kept of log-ins."""

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models


class Attempts(models.Model):
    """Failed tries of one kind by one origin. `key` is a keyed hash: neither a name nor an address stands here."""

    key = models.CharField(max_length=64, unique=True)
    count = models.PositiveIntegerField(default=0)
    wait_until = models.DateTimeField(null=True)
    forget_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key[:8]


class StaffSession(models.Model):
    """What its owner is told about a session of theirs; it goes with the session.

    `auth_hash` is Django's hash of the password of that time: after another password the session is over, and so is
    not listed. `network` is shortened, such as 192.0.2.0/24; it and `device` are of the last use. No constraint on the
    session: a release that doesn't know this table deletes sessions too.
    """

    session = models.OneToOneField(Session, models.CASCADE, db_constraint=False, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    auth_hash = models.CharField(max_length=128)
    device = models.CharField(max_length=60)
    network = models.CharField(max_length=50)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.user}: {self.device}"


class RecoveryCode(models.Model):
    """A code that stands in for a lost phone, once: using it deletes it. Only its keyed hash is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    code_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"Recovery code of {self.user}"
