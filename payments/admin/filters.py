"""Filters of the lists of payments and events."""

from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter

from payments import providers
from payments.models import Payment

AGES = {
    "15min": ("15 minutes", timedelta(minutes=15)),
    "1h": ("1 hour", timedelta(hours=1)),
    "1d": ("1 day", timedelta(days=1)),
    "1w": ("1 week", timedelta(days=7)),
}
WAITING = (*Payment.OPEN, Payment.Status.REVIEW)


class AgeFilter(DropdownFilter):
    """Rows that are not done with, and have been so for that long."""

    title = "age"
    parameter_name = "open_since"
    waiting: ClassVar[tuple[str, ...]]
    since: ClassVar[str]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(key, f"Open for {words} or more") for key, (words, _age) in AGES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = AGES.get(self.value() or "")
        if chosen is None:
            return queryset
        before = timezone.now() - chosen[1]
        return queryset.filter(**{"status__in": self.waiting, f"{self.since}__lte": before})


class PaymentAge(AgeFilter):
    waiting = WAITING
    since = "created_at"


class EventAge(AgeFilter):
    waiting = ("received", "failed", "unmatched")
    since = "received_at"


class CheckFilter(DropdownFilter):
    """Provider payments whose end isn't known."""

    title = "check"
    parameter_name = "check"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("due", "To be asked about now"), ("watched", "Will be asked about again"), ("never", "Never asked")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        watched = ~Q(method__in=Payment.MANUAL) & Q(next_check_at__isnull=False)
        match self.value():
            case "due":
                return queryset.filter(watched, next_check_at__lte=timezone.now())
            case "watched":
                return queryset.filter(watched)
            case "never":
                return queryset.filter(watched, checked_at__isnull=True)
        return queryset


class EventNameFilter(DropdownFilter):
    """The names that the providers document; looking for all that ever came would read the whole table."""

    title = "event"
    parameter_name = "event"

    @property
    def known(self) -> list[str]:
        return [name for provider in providers.by_method().values() for name in provider.events]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [*((name, name) for name in self.known), ("other", "Another one")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "other":
            return queryset.exclude(event__in=self.known)
        return queryset.filter(event=self.value()) if self.value() in self.known else queryset
