"""Which text can be a row's key; whatever else a request names as one is no row."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Field


def is_key(field: "Field[Any, Any]", value: Any) -> bool:
    """Whether `field`, a primary key, may hold the value. The database can be asked about it then."""
    if "\0" in str(value):
        return False
    try:
        return field.to_python(value) not in (None, "")
    except ValidationError:
        return False
