"""When beat's tasks run: intervals, crontabs and times."""

from datetime import timedelta
from typing import Any

import django_celery_beat.admin  # noqa: F401 (so that its pages are there to be replaced)
from celery.schedules import ParseException
from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django_celery_beat.models import (
    PERIOD_CHOICES,
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    SolarSchedule,
)
from unfold.decorators import display

from bookings.desk.strict import StrictAdmin

LONGEST = timedelta(days=366)  # between two runs; more than some thousand years would end beat

for model in (IntervalSchedule, CrontabSchedule, ClockedSchedule, SolarSchedule):
    admin.site.unregister(model)


class ScheduleAdmin(StrictAdmin):
    """A schedule that tasks use can't be deleted: the database would delete the tasks with it."""

    list_display = ("__str__", "used_by")
    empty_hint = "Add one here, then choose it on the page of a periodic task."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.prefetch_related("periodictask_set")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and obj.periodictask_set.exists())

    @display(description="Used by")
    def used_by(self, schedule: Any) -> str:
        return ", ".join(job.name for job in schedule.periodictask_set.all()) or "–"


class IntervalForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        every, period = cleaned.get("every"), cleaned.get("period")
        if every and period and every > LONGEST / timedelta(**{period: 1}):
            self.add_error("every", f"At most {LONGEST.days} days between two runs.")
        return cleaned


class CrontabForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean(self) -> dict[str, Any]:
        """Each field for itself is checked by the model; only Celery knows whether all of them ever meet."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                CrontabSchedule(**cleaned).schedule.is_due(timezone.now())
            except ParseException as error:
                raise forms.ValidationError(f"Write such as 0, */15 or 8-17. Celery says: {error}.") from error
            except (ValueError, RuntimeError) as error:
                raise forms.ValidationError("These times never come: no such day is in these months.") from error
        return cleaned


@admin.register(IntervalSchedule)
class IntervalScheduleAdmin(ScheduleAdmin):
    form = IntervalForm

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Beat can't keep up with microseconds, and would fill the queues as long as it tries."""
        kwargs["choices"] = [choice for choice in PERIOD_CHOICES if choice[0] != IntervalSchedule.MICROSECONDS]
        return super().formfield_for_choice_field(db_field, request, **kwargs)


@admin.register(CrontabSchedule)
class CrontabScheduleAdmin(ScheduleAdmin):
    form = CrontabForm
    fields = ("minute", "hour", "day_of_month", "month_of_year", "day_of_week", "timezone")
