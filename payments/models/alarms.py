"""Whether providers work for us."""

from django.db import models


class ProviderAlarm(models.Model):
    """Whether a provider works for us at all; one row each. `faults` by name: since, calls, what it said, our mode."""

    provider = models.CharField("provider", max_length=15, unique=True)
    faults = models.JSONField(default=dict)
    began_at = models.DateTimeField(null=True, help_text="While staff are to see it.")
    seen_at = models.DateTimeField(null=True, help_text="When it was asked the last time.")
    told_at = models.DateTimeField(null=True, help_text="The last mail to those who run the house.")

    def __str__(self) -> str:
        return self.provider.title()
