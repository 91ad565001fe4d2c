"""Filters of the desk's lists."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.admin.views.main import SEARCH_VAR
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter

from notifications import numbers

EARLIEST, LATEST = date(1900, 1, 1), date(9000, 1, 1)  # midnight there can still be turned into UTC


def start_of_day(moment: datetime) -> datetime:
    """Midnight of its day in the office's time zone."""
    return timezone.localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)


class DaysFilter(RangeDateFilter):
    """Whole days of the office's time zone, the last one included."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for end, lookup, add in (("from", "gte", 0), ("to", "lt", 1)):
            if day := numbers.day(self.used_parameters.get(f"{self.parameter_name}_{end}") or ""):
                day = min(max(day, EARLIEST), LATEST)
                midnight = timezone.make_aware(datetime(day.year, day.month, day.day))  # noqa: DTZ001 (made aware)
                queryset = queryset.filter(**{f"{self.parameter_name}__{lookup}": midnight + timedelta(days=add)})
        return queryset


class DepartsFilter(DropdownFilter):
    """From today on, unless one asks for more or searches."""

    title = "departure"
    parameter_name = "departs"
    all_option = ("", "From today on")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("today", "Today"), ("week", "The next 7 days"), ("past", "Before today"), ("all", "All")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today = start_of_day(timezone.now())
        match self.value():
            case "all":
                return queryset
            case "past":
                return queryset.filter(starts_at__lt=today)
            case "today":
                return queryset.filter(starts_at__gte=today, starts_at__lt=today + timedelta(days=1))
            case "week":
                return queryset.filter(starts_at__gte=today, starts_at__lt=today + timedelta(days=7))
        return queryset if request.GET.get(SEARCH_VAR) else queryset.filter(starts_at__gte=today)

    def choices(self, changelist: Any) -> Iterator[Any]:
        yield from super().choices(changelist)


class OverdueFilter(DropdownFilter):
    """Bookings whose day to pay by is over, each by the clocks of its trip."""

    title = "payment"
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Overdue")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset.overdue(timezone.now()) if self.value() == "yes" else queryset
