"""Keys of other systems, and the answers they got. See bookings.models."""

from typing import Self

from django.db import models
from rest_framework_api_key.models import AbstractAPIKey

from notifications.claims import ClaimQuerySet

EVERY_BOOKING = "bookings:all"
SCOPES = [
    ("bookings:read", "Read departures and bookings"),
    ("bookings:write", "Take and cancel bookings"),
    ("payments:read", "Read payments"),
    ("payments:write", "Begin and verify payments"),
    (EVERY_BOOKING, "Every booking and payment, not only this integration's"),
]


class ApiKey(AbstractAPIKey):
    """A key for another system, with what it may do. Keys of one name are one integration (key rotation)."""

    scopes = models.JSONField("scopes", default=list)

    class Meta(AbstractAPIKey.Meta):
        verbose_name = "API key"
        verbose_name_plural = "API keys"


class ApiRequestQuerySet(ClaimQuerySet["ApiRequest"]):
    def unanswered(self) -> Self:
        return self.filter(status_code__isnull=True)


class ApiRequest(models.Model):
    """The first answer to an Idempotency-Key, kept 24 h. `status_code` is null while the work runs.

    The key belongs to the integration: a repetition may come with a newer API key.
    """

    api_key = models.ForeignKey(ApiKey, models.CASCADE, related_name="+")
    integration = models.CharField(max_length=50, db_default="", help_text="Blank in rows of the release before.")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, path and body.")
    status_code = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField()

    objects = ApiRequestQuerySet.as_manager()

    class Meta:
        indexes = (models.Index(fields=("created_at",), name="api_request_created"),)
        constraints = (
            models.UniqueConstraint(fields=("api_key", "key"), name="one_answer_per_idempotency_key"),
            models.UniqueConstraint(
                fields=("integration", "key"),
                name="one_answer_per_integrations_key",
                condition=~models.Q(integration=""),
            ),
        )

    def __str__(self) -> str:
        return f"{self.integration} {self.key}"


class ApiMailCount(models.Model):
    """Mails that integrations caused for one mailbox on one day, kept until that day is over."""

    address = models.CharField(max_length=64, help_text="Keyed hash, so that no address stands here.")
    day = models.DateField()
    mails = models.PositiveIntegerField(default=0, db_default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("address", "day"), name="one_mail_count_per_address_and_day"),)

    def __str__(self) -> str:
        return f"{self.address[:8]} {self.day}"
