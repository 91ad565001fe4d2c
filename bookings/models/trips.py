"""What is sold: trips. See bookings.models."""

import re
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q

from bookings.models.money import CURRENCIES, Money, not_negative

TIER = re.compile(r"\s*(?P<days>[0-9]{1,3})\s*:\s*(?P<percent>[0-9]{1,2}|100)\s*")


def check_time_zone(value: str) -> None:
    if value not in available_timezones():
        raise ValidationError("Give an IANA time zone such as Africa/Addis_Ababa.")


def check_tiers(value: str) -> None:
    if not all(TIER.fullmatch(tier) for tier in value.split(",")):
        raise ValidationError("Write days:percent, with commas between, such as 30:100, 14:50.")


class Trip(models.Model):
    """What is sold: a journey that departs again and again."""

    class Deposit(models.TextChoices):
        NONE = "none", "Nothing in advance"
        FIXED = "fixed", "A fixed amount a person"
        PERCENT = "percent", "A percentage of the total"

    code = models.CharField(
        "code",
        max_length=20,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9][A-Z0-9-]*$", "Capital letters, digits and dashes.")],
    )
    name = models.CharField("name", max_length=120)
    destination = models.CharField("destination", max_length=120)
    description = models.TextField("description", blank=True)
    time_zone = models.CharField("time zone", max_length=50, default=settings.TIME_ZONE, validators=[check_time_zone])
    currency = models.CharField("currency", max_length=3, choices=CURRENCIES, default="ETB")
    price = Money("price a person", validators=[not_negative])
    capacity = models.PositiveSmallIntegerField("usual capacity", default=20)
    duration_hours = models.PositiveSmallIntegerField("length in hours", default=10, validators=[MinValueValidator(1)])
    hold_hours = models.PositiveSmallIntegerField(
        "hold in hours",
        default=48,
        validators=[MinValueValidator(1)],
        help_text="How long an unpaid booking keeps its seats.",
    )
    deposit_type = models.CharField("deposit", max_length=10, choices=Deposit, default=Deposit.PERCENT)
    deposit_value = Money("deposit amount or percent", default=Decimal(30), validators=[not_negative])
    balance_due_days = models.PositiveSmallIntegerField(
        "balance due",
        default=14,
        db_default=14,
        help_text="Days before the departure on which all has to be paid.",
    )
    cancellation_tiers = models.CharField(
        "paid back when cancelled",
        max_length=100,
        default="30:100, 14:50",
        db_default="30:100, 14:50",
        blank=True,
        validators=[check_tiers],
        help_text="Days before the departure : percent paid back. 30:100, 14:50 gives all, then half, then nothing.",
    )
    is_active = models.BooleanField("on sale", default=True)

    class Meta:
        ordering = ("code",)
        verbose_name = "trip"
        verbose_name_plural = "trips"
        constraints = (
            models.CheckConstraint(condition=Q(price__gte=0), name="trip_price_not_negative"),
            models.CheckConstraint(
                condition=Q(deposit_value__gte=0) & (~Q(deposit_type="percent") | Q(deposit_value__lte=100)),
                name="trip_deposit_in_range",
                violation_error_message="A percentage lies between 0 and 100.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
