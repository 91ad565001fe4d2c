"""Task results: a log to read. The truth about a mail is its message, about a booking its timeline."""

import json
from datetime import datetime, timedelta
from typing import Any

import django_celery_results.admin  # noqa: F401 (so that its pages are there to be replaced)
from celery import states
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_celery_results.models import GroupResult, TaskResult
from unfold.decorators import display
from unfold.paginator import InfinitePaginator
from unfold.utils import display_for_label

from bookings.desk.strict import StrictAdmin
from config.admin.result_filters import COLOURS, ROWS, OriginFilter, StatusFilter, TaskFilter, name_of
from config.lost_results import LOST
from notifications.kinds import SWEEPER

admin.site.unregister(TaskResult)
admin.site.unregister(GroupResult)
TaskResult.add_to_class("__str__", name_of)


@admin.register(TaskResult)
class TaskResultAdmin(StrictAdmin):
    list_display = ("task", "colour", "arguments", "answer", "worker", "started", "done", "runtime")
    list_filter = (OriginFilter, TaskFilter, StatusFilter)
    list_filter_submit = True
    list_per_page = 50
    ordering = ("-date_done",)
    paginator = InfinitePaginator
    search_fields = ("task_id__exact",)
    search_help_text = "A task's id, as Flower and the outbox show it."
    empty_hint = "Results stand here when a worker has run a task; periodic tasks show with the filter “origin”."
    fieldsets = (
        (None, {"fields": ("task", "outcome", "arguments", "answer", "periodic_task_name")}),
        ("Run", {"fields": (("worker", "task_id"), ("started", "done"), "runtime")}),
        ("Failure", {"fields": ("traceback",)}),
    )
    readonly_fields = (
        *("task", "outcome", "arguments", "answer", "periodic_task_name", "worker", "task_id"),
        *("started", "done", "runtime", "traceback"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[TaskResult]:
        rows: QuerySet[TaskResult] = super().get_queryset(request)
        return rows.defer("traceback", "meta", "task_kwargs")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description="Task", ordering="task_name")
    def task(self, result: TaskResult) -> str:
        return str(result.task_name or result.task_id)

    @display(description="Status", label=COLOURS)
    def colour(self, result: TaskResult) -> tuple[str, str]:
        return result.status, result.status.capitalize()

    @display(description="Status")
    def outcome(self, result: TaskResult) -> SafeString:
        """On the result's own page, where the theme makes no label of a pair."""
        label: SafeString = display_for_label((result.status, result.status.capitalize()), "", COLOURS)
        return label

    @display(description="For")
    def arguments(self, result: TaskResult) -> SafeString | str:
        """Ids only: celery keeps them as a JSON string of a tuple's repr, such as "(12,)". One leads to its row."""
        text = (result.task_args or "").strip('"').strip("(),[]")
        page = next((page for start, page in ROWS.items() if (result.task_name or "").startswith(start)), None)
        first = text.partition(",")[0]
        if page is None or not first.isdecimal() or result.task_name == SWEEPER:
            return text or "–"
        return format_html('<a class="text-link" href="{}">{}</a>', reverse(f"admin:{page}_change", args=[first]), text)

    @display(description="Answer")
    def answer(self, result: TaskResult) -> str:
        try:
            value = json.loads(result.result or "null")
        except ValueError:
            return str(result.result)
        if isinstance(value, dict) and "exc_type" in value:
            return LOST if LOST in value.get("exc_message", ()) else str(value["exc_type"])
        if isinstance(value, dict):
            return ", ".join(f"{name}: {figure}" for name, figure in value.items())
        return "–" if value is None else str(value)

    @display(description="Started")
    def started(self, result: Any) -> str:
        return _moment(result.date_started)

    @display(description="Ended", ordering="date_done")
    def done(self, result: TaskResult) -> str:
        """date_done is written at every change of state, so it is the end only when the task is over."""
        return _moment(result.date_done) if result.status in states.READY_STATES else "–"

    @display(description="Took")
    def runtime(self, result: Any) -> str:
        if not result.date_started or result.status not in states.READY_STATES:
            return "–"
        return f"{max(result.date_done - result.date_started, timedelta()).total_seconds():.2f}\xa0s"


def _moment(at: datetime | None) -> str:
    """Seconds matter here: in the office's time zone."""
    return date_format(timezone.localtime(at), "j M, H:i:s") if at else "–"
