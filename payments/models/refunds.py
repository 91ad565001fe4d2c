"""Money out: refunds, and what a bank took back."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from bookings.models import Money
from bookings.models.states import Change, HasStates
from payments.models.money import Payment, at_least_a_cent


class RefundQuerySet(models.QuerySet["Refund"]):
    def live(self) -> Self:
        """Gone back, going back or asked for."""
        return self.exclude(status=self.model.Status.FAILED)

    def succeeded(self) -> Self:
        return self.filter(status=self.model.Status.SUCCEEDED)


class Refund(HasStates, models.Model):
    """Money back, or the void of a payment that was recorded wrongly. Σ live refunds never exceeds the payment.

    A refund that the provider made without being asked has no `requested_by`; a reversal is the bank's own doing.
    """

    class Kind(models.TextChoices):
        REFUND = "refund", "Refund"
        VOID = "void", "Void"
        REVERSAL = "reversal", "Reversal"

    class Way(models.TextChoices):
        PROVIDER = "provider", "Through the provider"
        CASH = "cash", "Cash"
        BANK_TRANSFER = "bank_transfer", "Bank transfer"
        CARD = "card", "Card terminal"
        OTHER = "other", "Other"

    class Status(models.TextChoices):
        REQUESTED = "requested", "Requested"
        APPROVED = "approved", "Approved"
        PROCESSING = "processing", "Processing"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Unknown"

    MOVING = (Status.PROCESSING, Status.UNKNOWN)  # with the provider; nobody knows yet
    GOING_BACK = (Status.REQUESTED, Status.APPROVED, *MOVING)  # it doesn't stay, but hasn't left yet
    CHANGES = {
        "approve": Change((Status.REQUESTED,), "approved", Status.APPROVED),
        "turn_down": Change((Status.REQUESTED, Status.APPROVED), "turned down", Status.FAILED),
        "pay_out": Change((Status.APPROVED,), "paid out by hand", Status.SUCCEEDED),
        "send": Change((Status.APPROVED,), "sent", Status.PROCESSING),
        "check": Change((*MOVING, Status.SUCCEEDED), "checked"),  # one that succeeded may come back to us
        "decide": Change((Status.UNKNOWN,), "decided"),
    }

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds", verbose_name="payment")
    kind = models.CharField("kind", max_length=10, choices=Kind, default=Kind.REFUND)
    way = models.CharField("way", max_length=15, choices=Way, default=Way.OTHER, db_default=Way.OTHER)
    amount = Money("amount", validators=[at_least_a_cent])
    status = models.CharField("status", max_length=10, choices=Status, default=Status.REQUESTED)
    reason = models.CharField("reason", max_length=255)
    lowers_price = models.BooleanField(
        "price goes down, too", default=False, db_default=False, help_text="Nothing of it is owed again."
    )
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    requested_by_label = models.CharField("asked for by", max_length=150)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    approved_by_label = models.CharField("approved by", max_length=150, blank=True, default="", db_default="")
    external_reference = models.CharField(
        "receipt or bank reference", max_length=100, blank=True, default="", db_default=""
    )
    creation_key = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    our_reference = models.CharField(
        "our reference",
        max_length=36,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="Under this name the provider was asked for it.",
    )
    provider_reference = models.CharField("provider's reference", max_length=100, blank=True, default="", db_default="")
    provider_answer = models.JSONField("provider's answer", null=True, blank=True)
    check_note = models.CharField("last check", max_length=255, blank=True, default="", db_default="")
    sent_at = models.DateTimeField("sent to the provider", null=True, blank=True)
    next_check_at = models.DateTimeField("next check", null=True, blank=True)
    succeeded_at = models.DateTimeField("paid back", null=True, blank=True)
    created_at = models.DateTimeField("created")

    objects = RefundQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = "refund"
        verbose_name_plural = "refunds"
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
            models.UniqueConstraint(fields=("payment",), name="one_void_per_payment", condition=Q(kind="void")),
            models.UniqueConstraint(fields=("payment",), name="one_reversal_per_payment", condition=Q(kind="reversal")),
            models.UniqueConstraint(
                fields=("creation_key",), name="one_refund_per_creation_key", condition=~Q(creation_key="")
            ),
            models.UniqueConstraint(
                fields=("our_reference",), name="one_refund_per_our_reference", condition=~Q(our_reference="")
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | Q(requested_by__isnull=True)
                | ~Q(approved_by=F("requested_by")),
                name="refund_approved_by_another",
            ),
        )
        indexes = (
            models.Index(fields=("status", "-id"), name="refund_status"),
            models.Index(fields=("succeeded_at",), name="refund_succeeded"),
            models.Index(fields=("next_check_at",), name="refund_check", condition=Q(next_check_at__isnull=False)),
        )
        permissions = (("approve_refund", "Can approve other people's refunds"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"

    def allows(self, change: str) -> bool:
        """Only a refund is decided about; by hand, or through the provider, as its way is."""
        wrong_way = {"pay_out": self.way == self.Way.PROVIDER, "send": self.way != self.Way.PROVIDER}
        return self.kind == self.Kind.REFUND and not wrong_way.get(change, False) and super().allows(change)
