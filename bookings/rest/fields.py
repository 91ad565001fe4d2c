"""Fields of what comes in: a wrong type is named, never guessed at."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from rest_framework import serializers

from notifications import numbers


class Strict(serializers.Serializer[Any]):
    # Names the fields that it doesn't know, so that a typing error isn't lost. (A docstring would go into the schema.)
    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, Mapping) else ()
        if unknown:
            raise serializers.ValidationError({name: ["There is no such field."] for name in sorted(unknown)})
        return super().to_internal_value(data)


class OnlyText:
    """A mixin for text fields: 7 and true are not text."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("Send text in quotes.")
        value: str = super().to_internal_value(data)  # type: ignore[misc]
        return value


class Text(OnlyText, serializers.CharField):
    """Kept as it came."""


class OneLine(OnlyText, serializers.CharField):
    """Text on one line: a name can't break a mail's header."""

    def to_internal_value(self, data: Any) -> str:
        return " ".join(super().to_internal_value(data).split())


class Email(OnlyText, serializers.EmailField):
    pass


class Choice(OnlyText, serializers.ChoiceField):
    pass


class WholeNumber(serializers.IntegerField):
    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class Amount(serializers.DecimalField):
    default_error_messages = {
        "invalid": 'Send an amount in the digits 0 to 9, with a full stop before the cents, such as "1500.00".'
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=12, decimal_places=2, **options)

    def to_internal_value(self, data: Any) -> Decimal:
        """A text, or a number as it is written in the body (api.BoundedJSONParser), but not 6e2."""
        written = str(data) if isinstance(data, str | int | Decimal) and not isinstance(data, bool) else ""
        if numbers.amount(written) is None:
            self.fail("invalid")
        return super().to_internal_value(written)


class Day(serializers.DateField):
    def to_internal_value(self, value: Any) -> date:
        if not isinstance(value, str) or numbers.day(value) is None:
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)
