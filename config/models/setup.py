"""What `manage.py setup` remembers."""

from django.db import models


class SetupStep(models.Model):
    """One thing that setup has given to this database, by name: it is given once, whatever people make of it."""

    name = models.CharField(max_length=200, unique=True)
    done_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
