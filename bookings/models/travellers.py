"""The people of a booking. See bookings.models."""

from django.db import models

from bookings.models.sales import Booking
from bookings.models.text import Composed
from bookings.names import validate_name


class Traveller(models.Model):
    """A person on the manifest; a party may have unnamed ones until the day."""

    class Category(models.TextChoices):
        ADULT = "adult", "Adult"
        CHILD = "child", "Child"
        INFANT = "infant", "Infant"

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="travellers")
    name = Composed("name", max_length=150, validators=[validate_name])
    category = models.CharField("category", max_length=10, choices=Category, default=Category.ADULT)
    notes = models.CharField("notes", max_length=255, blank=True, help_text="Diet, mobility, room…")

    class Meta:
        ordering = ("pk",)
        verbose_name = "traveller"
        verbose_name_plural = "travellers"

    def __str__(self) -> str:
        return f"{self.name} #{self.pk}"
