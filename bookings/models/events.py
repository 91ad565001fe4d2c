"""A booking's timeline. See bookings.models and bookings.timeline."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from bookings.models.sales import Booking


class BookingEvent(models.Model):
    """One line of a booking's timeline; never changed. A status change has exactly one, with an actor."""

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="events")
    kind = models.CharField("what", max_length=30)
    from_status = models.CharField(max_length=10, blank=True, choices=Booking.Status)
    to_status = models.CharField(max_length=10, blank=True, choices=Booking.Status)
    facts = models.JSONField(
        default=dict, db_default=models.Value({}, models.JSONField()), help_text="See bookings.timeline."
    )
    text = models.CharField("text", max_length=500, blank=True)  # of rows from before facts
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    actor_label = models.CharField("by", max_length=150)
    created_at = models.DateTimeField("when")

    class Meta:
        ordering = ("pk",)
        verbose_name = "timeline entry"
        verbose_name_plural = "timeline"
        constraints = (models.CheckConstraint(condition=~Q(actor_label=""), name="event_has_an_actor"),)

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"
