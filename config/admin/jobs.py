"""What beat runs, in the hands of ops: how often, on or off, now."""

import json
from datetime import timedelta
from typing import Any

import django_celery_beat.admin  # noqa: F401 (so that its pages are there to be replaced)
from celery.schedules import ParseException
from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import (
    PERIOD_CHOICES,
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    PeriodicTasks,
    SolarSchedule,
)
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from bookings.desk.strict import StrictAdmin
from config.celery import app
from notifications import dispatch

LONGEST = timedelta(days=366)  # between two runs; more than some thousand years would end beat

for model in (PeriodicTask, IntervalSchedule, CrontabSchedule, ClockedSchedule, SolarSchedule):
    admin.site.unregister(model)


def task_names() -> list[str]:
    """The tasks of our own that a worker knows."""
    app.loader.import_default_modules()
    return sorted(name for name in app.tasks if not name.startswith("celery."))


class PeriodicTaskForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    task = forms.ChoiceField(widget=UnfoldAdminSelectWidget, help_text="What runs.")

    class Meta:
        model = PeriodicTask
        fields = ("name", "task", "description", "enabled", "interval", "crontab", "args", "expire_seconds")
        labels = {
            "enabled": "Switched on",
            "interval": "Interval",
            "crontab": "Times of day",
            "args": "Arguments",
            "expire_seconds": "Drop after (seconds)",
        }
        widgets = {"description": UnfoldAdminTextInputWidget, "args": UnfoldAdminTextInputWidget}
        help_texts = {
            "name": "",
            "description": "",
            "enabled": "",
            "interval": "Every so often, or:",
            "crontab": "At certain times (crontab). Set one of the two.",
            "args": "A JSON list; only numbers, such as [12].",
            "expire_seconds": "A run that no worker took within so many seconds is dropped. As long as the interval.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "task" in self.fields:
            names = sorted({*task_names(), self.instance.task} - {""})
            self.fields["task"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]

    def clean_expire_seconds(self) -> int | None:
        seconds: int | None = self.cleaned_data["expire_seconds"]
        if seconds is not None and not 1 <= seconds <= LONGEST.total_seconds():
            raise forms.ValidationError(
                f"From 1 to {LONGEST.total_seconds():.0f} seconds, which are {LONGEST.days} days."
            )
        return seconds

    def clean_args(self) -> str:
        text = self.cleaned_data["args"] or "[]"
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, list) or not all(type(item) is int for item in value):
            raise forms.ValidationError("Give a JSON list of numbers, such as [12], or [] for none.")
        return str(text)


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(StrictAdmin):
    form = PeriodicTaskForm
    list_display = ("name", "state", "schedule", "last_run_at", "total_run_count", "description")
    list_filter = ("enabled",)
    list_select_related = ("interval", "crontab", "solar", "clocked")
    list_per_page = 50
    search_fields = ("name", "task")
    readonly_fields = ("last_run_at", "total_run_count")
    fieldsets = (
        (None, {"fields": ("name", "task", "description", "enabled")}),
        ("When", {"fields": ("interval", "crontab", "last_run_at", "total_run_count")}),
        ("How", {"fields": ("args", "expire_seconds")}),
    )
    actions = ("switch_on", "switch_off")
    actions_row = actions_detail = ("run_now",)

    @display(description="State", label={"On": "success", "Off": "danger"}, ordering="enabled")
    def state(self, job: PeriodicTask) -> str:
        return "On" if job.enabled else "Off"

    @display(description="Runs")
    def schedule(self, job: PeriodicTask) -> str:
        return str(job.interval or job.crontab or job.clocked or job.solar or "never")

    @admin.action(description="Switch selected tasks on", permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[PeriodicTask]) -> None:
        self._switch(request, queryset.filter(enabled=False), "on", enabled=True)

    @admin.action(description="Switch selected tasks off", permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[PeriodicTask]) -> None:
        self._switch(request, queryset.filter(enabled=True), "off", enabled=False, last_run_at=None)

    def _switch(self, request: HttpRequest, jobs: QuerySet[PeriodicTask], word: str, **fields: Any) -> None:
        changed = jobs.update(**fields)
        PeriodicTasks.update_changed()  # an UPDATE sends no signal, and beat would not notice
        self.message_user(request, f"{changed} {'task is' if changed == 1 else 'tasks are'} now {word}.")

    @action(
        description="Run now",
        permissions=["change"],
        icon="play_arrow",
        dialog={
            "title": "Run this task now?",
            "description": "It runs once, beside its schedule. Twice does no harm: it works off what is due.",
            "form_class": None,
            "form_submit_text": "Run now",
        },
    )
    def run_now(self, request: HttpRequest, form: forms.Form, object_id: str) -> HttpResponse:
        job: PeriodicTask = self.find(request, object_id)
        if dispatch.publish(job.task, *json.loads(job.args or "[]")):
            self.message_user(request, f"{job.name} is with the workers; its result is under Task results.")
        else:
            self.message_user(request, "The broker can't be reached, so nothing was started.", messages.ERROR)
        return HttpResponse(headers={"HX-Redirect": reverse("admin:django_celery_beat_periodictask_changelist")})


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
