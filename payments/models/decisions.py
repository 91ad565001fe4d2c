"""What a person has decided to leave as it is, on the list “Needs a decision”."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bookings.models import Booking


class ClosedDecision(models.Model):
    """An entry of the list that was closed, who did it, and why. The list itself is derived and kept nowhere.

    It hides the entry only while its facts are those of `fingerprint`; one with newer facts takes its place.
    `object_id` is the primary key of what the entry is about: a payment, refund, booking, event or alarm.
    """

    class Kind(models.TextChoices):
        PROVIDER = "provider", "The payment provider"
        REVIEW = "review", "Payments in review"
        TO_APPROVE = "to_approve", "Refunds to approve"
        TO_PAY_OUT = "to_pay_out", "Refunds to pay out"
        UNCLEAR = "unclear", "Refunds that are unclear"
        FAILED = "failed", "Refunds that failed"
        MONEY_LEFT = "money_left", "Money on cancelled and expired bookings"
        OVERPAID = "overpaid", "Paid too much"
        TAKEN_BACK = "taken_back", "Money that was taken back"
        UNANSWERED = "unanswered", "The provider doesn't answer"
        EVENT = "event", "Events that fit nothing"

    kind = models.CharField("list", max_length=20, choices=Kind)
    object_id = models.BigIntegerField(editable=False)
    fingerprint = models.CharField(max_length=32, editable=False)
    name = models.CharField("about", max_length=100)
    booking = models.ForeignKey(
        Booking, models.PROTECT, null=True, blank=True, related_name="closed_decisions", verbose_name="booking"
    )
    what = models.CharField("what it said", max_length=500, blank=True)
    reason = models.CharField("closed because", max_length=255)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_by_label = models.CharField("closed by", max_length=150)
    closed_at = models.DateTimeField("closed")
    reopened_by_label = models.CharField("opened again by", max_length=150, blank=True, default="")
    reopened_at = models.DateTimeField("opened again", null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name = "closed decision"
        verbose_name_plural = "closed decisions"
        constraints = (
            models.UniqueConstraint(
                fields=("kind", "object_id"),
                name="one_closing_per_decision",
                condition=Q(reopened_at__isnull=True),
            ),
            models.CheckConstraint(condition=~Q(closed_by_label=""), name="closed_decision_has_a_person"),
        )

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"
