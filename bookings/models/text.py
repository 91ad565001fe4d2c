"""Text that tells people and things apart, stored in one spelling. See bookings.models."""

import unicodedata
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.expressions import Combinable

if TYPE_CHECKING:
    CharField = models.CharField[str | int | Combinable, str]
else:
    CharField = models.CharField


class Composed(CharField):
    """é is stored, and looked for, as one letter (NFC), whichever way in it took: form, API or import."""

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return unicodedata.normalize("NFC", value) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """What is in memory is what is stored, as with Django's own auto_now."""
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = unicodedata.normalize("NFC", value)
            setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """For migrations a CharField: the column is the same."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
