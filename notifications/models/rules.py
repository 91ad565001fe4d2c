"""When reminders go out."""

from django.db import models
from django.db.models import Q

from notifications.kinds import reminder_choices


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
