"""The column of money, and the currencies that we sell in."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.expressions import Combinable

if TYPE_CHECKING:
    DecimalField = models.DecimalField[Decimal | int | str | Combinable, Decimal]
else:
    DecimalField = models.DecimalField

CURRENCIES = [("ETB", "ETB"), ("USD", "USD"), ("EUR", "EUR")]
not_negative = MinValueValidator(Decimal(0))


class Money(DecimalField):
    """Decimal(12,2)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", 12)
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)
