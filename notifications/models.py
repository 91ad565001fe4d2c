"""The outbox, the texts staff may change, and the rules for reminders."""

import uuid
from datetime import datetime
from email.utils import parseaddr
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.encoding import punycode

from notifications.claims import ClaimQuerySet
from notifications.kinds import kind_choices, reminder_choices
from notifications.wording_checks import check_template


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


class MessageTemplate(models.Model):
    """Staff's own words for one kind of mail in one language; without a row the built-in text is used."""

    kind = models.CharField("kind", max_length=40, choices=kind_choices)
    language = models.CharField("language", max_length=10, default="en", choices=settings.LANGUAGES)
    subject = models.CharField("subject", max_length=200)
    body = models.TextField("text", help_text="Plain text. {{ reference }} and the like stand for the facts.")
    is_active = models.BooleanField("in use", default=True)
    updated_at = models.DateTimeField("changed", auto_now=True)

    class Meta:
        ordering = ("kind", "language")
        verbose_name = "mail text"
        verbose_name_plural = "mail texts"
        constraints = (models.UniqueConstraint(fields=("kind", "language"), name="one_template_per_kind_and_language"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.language})"

    def clean(self) -> None:
        check_template(kind=self.kind, subject=self.subject, body=self.body)


class ReminderRule(models.Model):
    """When a reminder is due: so many hours before the moment that its kind is about."""

    kind = models.CharField("kind", max_length=40, choices=reminder_choices)
    hours_before = models.PositiveSmallIntegerField("hours before", help_text="24 is a day before the start.")
    key = models.CharField(
        max_length=20,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="Names the rule in what was sent before its hours could change: the hours that it had then.",
    )
    is_active = models.BooleanField("in use", default=True)

    class Meta:
        ordering = ("kind", "-hours_before")
        verbose_name = "reminder rule"
        verbose_name_plural = "reminder rules"
        constraints = (
            models.UniqueConstraint(fields=("kind", "hours_before"), name="one_rule_per_kind_and_time"),
            models.CheckConstraint(
                condition=Q(hours_before__gte=1, hours_before__lte=2160), name="rule_hours_in_range"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.hours_before} h before"

    @property
    def intent(self) -> str:
        """Its part of a dedupe key: the same for good, whatever hours it is given."""
        return self.key or f"rule{self.pk}"


class SentForm(models.Model):
    """An admin form for a new row that was saved; sent again, it makes no second one. Kept for some days."""

    key = models.CharField(max_length=40)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    content_type = models.ForeignKey("contenttypes.ContentType", models.CASCADE, related_name="+")
    object_id = models.TextField(blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("key", "user", "content_type"), name="one_row_per_sent_form"),)

    def __str__(self) -> str:
        return f"{self.content_type} {self.object_id}"
