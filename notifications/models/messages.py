"""The outbox: a row for each mail."""

import uuid
from datetime import datetime
from email.utils import parseaddr
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.encoding import punycode

from notifications.claims import ClaimQuerySet
from notifications.kinds import kind_choices


class MessageQuerySet(ClaimQuerySet["Message"]):
    def unsent(self) -> Self:
        """Not yet with a worker."""
        return self.filter(status__in=self.model.UNSENT)

    def queued(self) -> Self:
        return self.filter(status=self.model.Status.QUEUED)

    def due(self, now: datetime) -> Self:
        return self.queued().filter(due_at__lte=now)


class Message(models.Model):
    """One mail to one person, and all that is known of its delivery. The truth of a mail is this row.

    `dedupe_key` names the intent (booking, kind, occurrence): a second row for it can't exist.
    `subject`, `text` and `html` are empty until the first attempt and frozen from then on. `withdrawn_reason` on a row
    that was sent says why it is no longer true and can't be sent again.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        QUEUED = "queued", "Queued"
        SENDING = "sending", "Sending"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"
        WITHDRAWN = "withdrawn", "Withdrawn"
        BOUNCED = "bounced", "Bounced"

    UNSENT = (Status.DRAFT, Status.QUEUED)

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField("kind", max_length=40, choices=kind_choices)
    topic = models.CharField("about", max_length=80, help_text="Such as booking:TD-7K3M9QX2.")
    recipient = models.EmailField("to")
    recipient_chosen = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="A person typed this address for this very message; otherwise it follows the customer's.",
    )
    language = models.CharField("language", max_length=10, default="en")
    context = models.JSONField("facts", default=dict)
    dedupe_key = models.CharField(max_length=250, unique=True)
    status = models.CharField("status", max_length=10, choices=Status, default=Status.QUEUED)
    due_at = models.DateTimeField("due")
    subject = models.CharField("subject", max_length=255, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField("attempts", default=0)
    last_error = models.TextField("last error", blank=True)
    possible_duplicate = models.BooleanField(
        "may have arrived twice",
        default=False,
        help_text="A worker was lost while it sent this mail, so it was sent again.",
    )
    published_at = models.DateTimeField(null=True, editable=False, help_text="Last handed to the broker.")
    lease_expires_at = models.DateTimeField(null=True, editable=False, help_text="While sending: claimed until.")
    task_id = models.CharField("task", max_length=64, blank=True)
    sent_at = models.DateTimeField("sent", null=True, blank=True)
    withdrawn_reason = models.CharField("withdrawn because", max_length=200, blank=True)
    resend_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="resends")
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField("created", auto_now_add=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = "message"
        verbose_name_plural = "messages"
        indexes = (
            models.Index(fields=("topic", "kind"), name="message_topic"),
            models.Index(fields=("recipient",), opclasses=("varchar_pattern_ops",), name="message_recipient"),
            models.Index(fields=("due_at",), name="message_due", condition=Q(status="queued")),
            models.Index(fields=("lease_expires_at",), name="message_lease", condition=Q(status="sending")),
            models.Index(fields=("status", "-id"), name="message_status"),
        )
        constraints = (
            models.CheckConstraint(
                condition=~Q(status="sent") | Q(sent_at__isnull=False), name="message_sent_has_a_time"
            ),
        )
        permissions = (
            ("resend_message", "Can send a message again"),
            ("withdraw_message", "Can withdraw an unsent message"),
            ("retry_message", "Can retry a failed message"),
        )

    def __str__(self) -> str:
        return f"#{self.pk} {self.get_kind_display()} – {self.topic}"

    @property
    def message_id(self) -> str:
        """The mail's Message-ID header: the same on every attempt, so that a receiver can drop a repeat."""
        domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
        return f"<{self.uuid}@{punycode(domain)}>"
