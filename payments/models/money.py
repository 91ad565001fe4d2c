"""Money in. Amounts never change; a correction is a row of its own."""

import secrets
from decimal import Decimal
from pathlib import PurePath
from typing import Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from bookings.models import CURRENCIES, Booking, Money
from bookings.models.states import Change, HasStates
from notifications.claims import ClaimQuerySet
from payments import providers

at_least_a_cent = MinValueValidator(Decimal("0.01"))


def proof_path(_payment: "Payment | None", name: str) -> str:
    """A name of our own: what a stranger called the file says nothing, and may be a person's name."""
    return f"proofs/{secrets.token_hex(16)}{PurePath(name).suffix.lower()}"


def method_choices() -> list[tuple[str, str]]:
    return [*Payment.Method.choices, *((p.method, p.label) for p in providers.by_method().values())]


class PaymentQuerySet(ClaimQuerySet["Payment"]):
    def online(self) -> Self:
        """Through a provider."""
        return self.exclude(method__in=self.model.MANUAL)

    def by_hand(self) -> Self:
        return self.filter(method__in=self.model.MANUAL)

    def succeeded(self) -> Self:
        return self.filter(status=self.model.Status.SUCCEEDED)

    def watched(self) -> Self:
        """The provider will be asked about them."""
        return self.online().filter(next_check_at__isnull=False)


class Payment(HasStates, models.Model):
    """One attempt to pay for a booking, `amount` in `currency`.

    Manual methods are recorded by a person; provider methods succeed only with a stored verify answer.
    """

    class Method(models.TextChoices):
        """By hand; what goes through a provider has its name (payments.providers)."""

        CASH = "cash", "Cash"
        BANK_TRANSFER = "bank_transfer", "Bank transfer"
        CARD = "card", "Card terminal"
        OTHER = "other", "Other"

    class Status(models.TextChoices):
        CREATED = "created", "Created"
        PENDING = "pending", "Awaited"
        UNKNOWN = "unknown", "Unknown"
        REVIEW = "review", "In review"
        SUCCEEDED = "succeeded", "Succeeded"
        FAILED = "failed", "Failed"
        EXPIRED = "expired", "Expired"

    MANUAL = tuple(Method)  # any other method is a provider's
    OPEN = (Status.CREATED, Status.PENDING, Status.UNKNOWN)
    LATE = (Status.FAILED, Status.EXPIRED)  # closed by us, but money may come all the same
    CHANGES = {
        "fail": Change((Status.PENDING,), "marked failed", Status.FAILED),
        "receive": Change((Status.PENDING, *LATE), "received", Status.SUCCEEDED),
        "decide": Change((Status.REVIEW,), "decided", Status.FAILED),
        "void": Change((Status.SUCCEEDED,), "voided"),
        "refund": Change((Status.SUCCEEDED,), "paid back"),
    }

    tx_ref = models.CharField("transaction", max_length=50, unique=True, editable=False)
    booking = models.ForeignKey(Booking, models.PROTECT, related_name="payments", verbose_name="booking")
    method = models.CharField("method", max_length=15, choices=method_choices)
    amount = Money("amount", validators=[at_least_a_cent])
    currency = models.CharField("currency", max_length=3, choices=CURRENCIES)
    status = models.CharField("status", max_length=10, choices=Status)
    received_at = models.DateTimeField("received", null=True, blank=True)
    external_reference = models.CharField("receipt or bank reference", max_length=100, blank=True)
    note = models.CharField("note", max_length=255, blank=True)
    creation_key = models.CharField(
        max_length=64, blank=True, editable=False, help_text="Names the intent: a form sent twice makes one payment."
    )
    failure_reason = models.CharField("failed because", max_length=255, blank=True)
    proof = models.FileField(
        "proof of payment", upload_to=proof_path, blank=True, default="", db_default="", max_length=200
    )
    receipt_number = models.PositiveIntegerField(
        "receipt",
        null=True,
        blank=True,
        unique=True,
        editable=False,
        help_text="Runs without gaps, once it is paid.",
    )
    checkout_url = models.URLField(blank=True, max_length=500)
    provider_mode = models.CharField(
        "mode", max_length=10, blank=True, default="", db_default="", help_text="test or live: whose key began it."
    )
    provider_reference = models.CharField("provider's reference", max_length=100, blank=True)
    provider_charge: "models.DecimalField[Decimal | None, Decimal | None]" = models.DecimalField(
        "provider's fee", max_digits=12, decimal_places=2, null=True, blank=True
    )
    verify_answer = models.JSONField("provider's answer", null=True, blank=True)
    check_note = models.CharField("last check", max_length=255, blank=True, default="", db_default="")
    checked_at = models.DateTimeField("checked", null=True, blank=True)
    next_check_at = models.DateTimeField("next check", null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by_label = models.CharField("recorded by", max_length=150)
    created_at = models.DateTimeField("created")

    objects = PaymentQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        verbose_name = "payment"
        verbose_name_plural = "payments"
        indexes = (
            models.Index(fields=("status", "-id"), name="payment_status"),
            models.Index(fields=("received_at",), name="payment_received"),
            models.Index(fields=("next_check_at",), name="payment_check", condition=Q(next_check_at__isnull=False)),
            models.Index(
                fields=("id",), name="payment_unnumbered", condition=Q(status="succeeded", receipt_number__isnull=True)
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(condition=~Q(recorded_by_label=""), name="payment_has_a_recorder"),
            models.UniqueConstraint(
                fields=("booking",),
                name="one_open_provider_payment_per_booking",
                condition=Q(status__in=("created", "pending", "unknown"))
                & ~Q(method__in=("cash", "bank_transfer", "card", "other")),
            ),
            models.UniqueConstraint(
                fields=("method", "external_reference"),
                name="one_payment_per_external_reference",
                condition=~Q(external_reference=""),
                violation_error_message="A payment by this method with this reference is already recorded.",
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
            ("request_payment", "Can send payment links"),
            ("verify_payment", "Can ask the provider about a payment"),
            ("review_payment", "Can decide about payments in review"),
            ("view_takings", "Can see and export the takings"),
        )

    def __str__(self) -> str:
        return self.tx_ref

    @property
    def is_online(self) -> bool:
        """Through a provider."""
        return self.method not in self.MANUAL
