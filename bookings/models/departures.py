"""What is sold: a trip's dated departures. See bookings.models."""

from django.db import models
from django.db.models import F, Q

from bookings.models.money import CURRENCIES, Money, not_negative
from bookings.models.states import Change, HasStates
from bookings.models.trips import Trip


class Departure(HasStates, models.Model):
    """One dated run of a trip. `seats_taken` is moved by bookings.services.seats alone.

    `planned_capacity` is set only where another system had sold more seats than it had: then `capacity` is what
    was sold, and it shrinks back to the plan as seats come free, so that nobody sells them again.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        OPEN = "open", "Open"
        CLOSED = "closed", "Closed"
        CANCELLED = "cancelled", "Cancelled"
        COMPLETED = "completed", "Completed"

    CHANGES = {
        "open": Change((Status.DRAFT, Status.CLOSED), "opened", Status.OPEN),
        "close": Change((Status.OPEN,), "closed", Status.CLOSED),
        "cancel": Change((Status.DRAFT, Status.OPEN, Status.CLOSED), "cancelled", Status.CANCELLED),
        "complete": Change((Status.OPEN, Status.CLOSED), "completed", Status.COMPLETED),
    }

    trip = models.ForeignKey(Trip, models.PROTECT, related_name="departures", verbose_name="trip")
    code = models.CharField("code", max_length=40, unique=True, editable=False)
    starts_at = models.DateTimeField("starts")
    ends_at = models.DateTimeField("ends")
    capacity = models.PositiveIntegerField("capacity")
    planned_capacity = models.PositiveIntegerField("planned capacity", null=True, blank=True, editable=False)
    seats_taken = models.PositiveIntegerField("seats taken", default=0, editable=False)
    min_travellers = models.PositiveSmallIntegerField(
        "runs from", default=1, help_text="Travellers needed for it to run."
    )
    price = Money("price a person", validators=[not_negative])
    currency = models.CharField("currency", max_length=3, choices=CURRENCIES, default="ETB")
    status = models.CharField("status", max_length=10, choices=Status, default=Status.OPEN, editable=False)

    class Meta:
        ordering = ("starts_at", "code")
        verbose_name = "departure"
        verbose_name_plural = "departures"
        indexes = (
            models.Index(fields=("status", "starts_at"), name="departure_status_start"),
            models.Index(fields=("starts_at",), name="departure_start"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(seats_taken__gte=0, seats_taken__lte=F("capacity")),
                name="seats_within_capacity",
                violation_error_message="The capacity can't be smaller than the seats that are taken.",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="departure_ends_after_start",
                violation_error_message="It must end after it starts.",
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="departure_price_not_negative"),
            models.UniqueConstraint(
                fields=("trip", "starts_at"),
                name="one_departure_per_trip_and_start",
                violation_error_message="This trip already departs at that time.",
            ),
        )
        permissions = (
            ("change_departure_status", "Can open, close and cancel departures"),
            ("view_manifest", "Can see and print passenger manifests"),
        )

    def __str__(self) -> str:
        return self.code

    @property
    def seats_left(self) -> int:
        return self.capacity - self.seats_taken

    @property
    def oversold_by(self) -> int:
        return max(0, self.seats_taken - self.planned_capacity) if self.planned_capacity is not None else 0
