"""What beat runs, in the hands of ops: on or off, how often, now."""

import json
from typing import Any

import django_celery_beat.admin  # noqa: F401 (so that its pages are there to be replaced)
from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django_celery_beat.models import (
    PeriodicTask,
    PeriodicTasks,
)
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from bookings.desk.strict import StrictAdmin
from config.admin.schedules import LONGEST
from config.celery import app
from notifications import dispatch

admin.site.unregister(PeriodicTask)


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
