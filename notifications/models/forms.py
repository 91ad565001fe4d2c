"""Forms that were sent, so that none is saved twice."""

from django.conf import settings
from django.db import models


class SentForm(models.Model):
    """An admin form for a new row that was saved; sent again, it makes no second one. Kept for some days."""

    key = models.CharField(max_length=40)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    content_type = models.ForeignKey("contenttypes.ContentType", models.CASCADE, related_name="+")
    object_id = models.TextField(blank=True, default="", db_default="")
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("key", "user", "content_type"), name="one_row_per_sent_form"),)

    def __str__(self) -> str:
        return f"{self.content_type} {self.object_id}"
