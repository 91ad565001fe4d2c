"""Form fields for numbers that people type. Blanks around them don't count."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from notifications import numbers


class WholeField(forms.IntegerField):
    def to_python(self, value: Any) -> int | None:
        return super().to_python(_checked(value, numbers.whole, numbers.WANTS_WHOLE))


class AmountField(forms.DecimalField):
    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        return super().to_python(_checked(value, numbers.amount, numbers.WANTS_AMOUNT))


def _checked(value: Any, read: Callable[[str], object], wants: str) -> Any:
    if not isinstance(value, str) or not (text := value.strip()):
        return value if not isinstance(value, str) else ""
    if read(text) is None:
        raise ValidationError(wants, code="invalid")
    return text
