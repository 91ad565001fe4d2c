"""What a booking's total is made of. See bookings.models."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round  # SQLite multiplies as floats

from bookings.models.money import Money
from bookings.models.sales import Booking


class BookingLine(models.Model):
    """A part of a booking's price, in the booking's currency. The total is the sum of its lines' amounts."""

    class Kind(models.TextChoices):
        SEAT = "seat", "Seats"
        ADJUSTMENT = "adjustment", "Adjustment"

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="lines")
    kind = models.CharField("kind", max_length=12, choices=Kind)
    code = models.CharField("code", max_length=30, blank=True)
    title = models.CharField("title", max_length=255)
    quantity = models.PositiveSmallIntegerField("quantity", default=1)
    unit_price = Money("price of one")
    amount = Money("amount")
    created_at = models.DateTimeField("when")

    class Meta:
        ordering = ("pk",)
        verbose_name = "price line"
        verbose_name_plural = "price lines"
        constraints = (
            models.CheckConstraint(condition=Q(amount=Round(F("quantity") * F("unit_price"), 2)), name="line_adds_up"),
            models.UniqueConstraint(fields=("booking",), name="one_seat_line_per_booking", condition=Q(kind="seat")),
        )

    def __str__(self) -> str:
        return f"{self.title} #{self.pk}"
