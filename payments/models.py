"""Money in, money out, and what providers told us. Amounts never change; a correction is a row of its own."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.models import CURRENCIES, Booking, Money

at_least_a_cent = MinValueValidator(Decimal("0.01"))


class Payment(models.Model):
    """One attempt to pay for a booking, `amount` in `currency`.

    Manual methods are recorded by a person; provider methods succeed only with a stored verify answer.
    """

    class Method(models.TextChoices):
        CASH = "cash", _("Cash")
        BANK_TRANSFER = "bank_transfer", _("Bank transfer")
        CARD = "card", _("Card terminal")
        OTHER = "other", _("Other")
        CHAPA = "chapa", _("Chapa")
        SANDBOX = "sandbox", _("Sandbox")

    class Status(models.TextChoices):
        CREATED = "created", _("Created")
        PENDING = "pending", _("Awaited")
        UNKNOWN = "unknown", _("Unknown")
        REVIEW = "review", _("In review")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        EXPIRED = "expired", _("Expired")

    MANUAL = (Method.CASH, Method.BANK_TRANSFER, Method.CARD, Method.OTHER)
    PROVIDER = (Method.CHAPA, Method.SANDBOX)
    OPEN = (Status.CREATED, Status.PENDING, Status.UNKNOWN)

    tx_ref = models.CharField(_("transaction"), max_length=50, unique=True, editable=False)
    booking = models.ForeignKey(Booking, models.PROTECT, related_name="payments", verbose_name=_("booking"))
    method = models.CharField(_("method"), max_length=15, choices=Method)
    amount = Money(_("amount"), validators=[at_least_a_cent])
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCIES)
    status = models.CharField(_("status"), max_length=10, choices=Status)
    received_at = models.DateTimeField(_("received"), null=True, blank=True)
    external_reference = models.CharField(_("receipt or bank reference"), max_length=100, blank=True)
    note = models.CharField(_("note"), max_length=255, blank=True)
    creation_key = models.CharField(
        max_length=64, blank=True, editable=False, help_text="Names the intent: a form sent twice makes one payment."
    )
    failure_reason = models.CharField(_("failed because"), max_length=255, blank=True)
    checkout_url = models.URLField(blank=True, max_length=500)
    provider_reference = models.CharField(max_length=100, blank=True)
    verify_answer = models.JSONField(null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by_label = models.CharField(_("recorded by"), max_length=150)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        indexes = (
            models.Index(fields=("status", "-id"), name="payment_status"),
            models.Index(fields=("received_at",), name="payment_received"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(condition=~Q(recorded_by_label=""), name="payment_has_a_recorder"),
            models.UniqueConstraint(
                fields=("booking",),
                name="one_open_provider_payment_per_booking",
                condition=Q(status__in=("created", "pending", "unknown"), method__in=("chapa", "sandbox")),
            ),
            models.UniqueConstraint(
                fields=("method", "external_reference"),
                name="one_payment_per_external_reference",
                condition=~Q(external_reference=""),
                violation_error_message=_("A payment by this method with this reference is already recorded."),
            ),
            models.UniqueConstraint(
                fields=("creation_key",), name="one_payment_per_creation_key", condition=~Q(creation_key="")
            ),
            models.UniqueConstraint(
                fields=("method", "provider_reference"),
                name="one_payment_per_provider_reference",
                condition=~Q(provider_reference=""),
            ),
        )
        permissions = (
            ("record_payment", "Can record manual payments"),
            ("settle_payment", "Can mark awaited payments as received or failed"),
            ("void_payment", "Can void manual payments"),
            ("refund_payment", "Can refund payments"),
        )

    def __str__(self) -> str:
        return self.tx_ref


class Refund(models.Model):
    """Money back, or the void of a payment that was recorded wrongly. Σ live refunds never exceeds the payment."""

    class Kind(models.TextChoices):
        REFUND = "refund", _("Refund")
        VOID = "void", _("Void")

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        APPROVED = "approved", _("Approved")
        PROCESSING = "processing", _("Processing")
        SUCCEEDED = "succeeded", _("Succeeded")
        FAILED = "failed", _("Failed")
        UNKNOWN = "unknown", _("Unknown")

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds", verbose_name=_("payment"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.REFUND)
    amount = Money(_("amount"), validators=[at_least_a_cent])
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.REQUESTED)
    reason = models.CharField(_("reason"), max_length=255)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    requested_by_label = models.CharField(_("asked for by"), max_length=150)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("created"))

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
            models.UniqueConstraint(fields=("payment",), name="one_void_per_payment", condition=Q(kind="void")),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk} of {self.payment_id}"


class ProviderEvent(models.Model):
    """The webhook inbox: what a provider posted, byte for byte, and what became of it."""

    class Status(models.TextChoices):
        RECEIVED = "received", _("Received")
        PROCESSED = "processed", _("Processed")
        IGNORED = "ignored", _("Ignored")
        UNMATCHED = "unmatched", _("Unmatched")
        FAILED = "failed", _("Failed")

    provider = models.CharField(max_length=15)
    dedupe_key = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the raw body.")
    raw_body = models.BinaryField()
    headers = models.JSONField(default=dict)
    signature_ok = models.BooleanField()
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.RECEIVED)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, blank=True, related_name="provider_events")
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    received_at = models.DateTimeField(_("received"))

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("provider event")
        verbose_name_plural = _("inbox")

    def __str__(self) -> str:
        return f"{self.provider} #{self.pk}"
