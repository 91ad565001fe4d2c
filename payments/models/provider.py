"""What providers told us."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from notifications.claims import ClaimQuerySet
from payments.models.money import Payment


class ProviderEventQuerySet(ClaimQuerySet["ProviderEvent"]):
    def due(self, now: datetime) -> Self:
        """To be processed now."""
        return self.filter(status=self.model.Status.RECEIVED, next_try_at__lte=now)


class ProviderEvent(models.Model):
    """The webhook inbox: what a provider posted, signed, or the daily comparison found, and what became of it.

    `body` is the event without phone numbers, addresses and names: the provider is asked again anyway.
    """

    class Status(models.TextChoices):
        RECEIVED = "received", "Received"
        PROCESSED = "processed", "Processed"
        IGNORED = "ignored", "Ignored"
        UNMATCHED = "unmatched", "Unmatched"
        FAILED = "failed", "Failed"

    provider = models.CharField("provider", max_length=15)
    dedupe_key = models.CharField(max_length=64, unique=True, editable=False, help_text="SHA-256 of the raw bytes.")
    event = models.CharField("event", max_length=60, blank=True)
    tx_ref = models.CharField("transaction", max_length=100, blank=True)
    body = models.JSONField("body", default=dict)
    headers = models.JSONField("headers", default=dict)
    status = models.CharField("status", max_length=10, choices=Status, default=Status.RECEIVED)
    payment = models.ForeignKey(
        Payment, models.PROTECT, null=True, blank=True, related_name="provider_events", verbose_name="payment"
    )
    attempts = models.PositiveSmallIntegerField("attempts", default=0)
    last_error = models.TextField("note", blank=True)
    next_try_at = models.DateTimeField("next try", null=True, blank=True)
    received_at = models.DateTimeField("received")

    objects = ProviderEventQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = "provider event"
        verbose_name_plural = "provider events"
        indexes = (
            models.Index(fields=("status", "-id"), name="event_status"),
            models.Index(fields=("tx_ref",), name="event_tx_ref"),
            models.Index(fields=("next_try_at",), name="event_due", condition=Q(status="received")),
        )
        permissions = (("replay_providerevent", "Can process events again"),)

    def __str__(self) -> str:
        return f"#{self.pk} {self.event or self.provider}"
