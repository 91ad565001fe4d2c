"""Filters of the list of task results."""

import django_celery_results.admin  # noqa: F401 (so that its pages are there to be replaced)
from celery import states
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django_celery_results.models import TaskResult
from unfold.contrib.filters.admin import DropdownFilter

from config.admin.jobs import task_names

COLOURS = {
    states.SUCCESS: "success",
    states.FAILURE: "danger",
    states.STARTED: "info",
    states.RETRY: "warning",
    states.REVOKED: "warning",
}


def name_of(result: TaskResult) -> str:
    """For titles and breadcrumbs, in place of the library's “<Task: id (state)>”."""
    return f"{result.task_name or 'task'} {result.task_id[:8]}"


# What the first argument of a task is, by the beginning of the task's name: the admin page of the row.
ROWS = {
    "notifications.send_": "notifications_message",
    "payments.process_provider_event": "payments_providerevent",
    "payments.settle_payment": "payments_payment",
    "payments.send_refund": "payments_refund",
}


class OriginFilter(DropdownFilter):
    """Beat's tasks run many times a minute, and hide the rest: they show when they are asked for, or by their name."""

    title = "origin"
    parameter_name = "origin"
    all_option = ["", "People and events"]

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[TaskResult]") -> list[tuple[str, str]]:
        return [("all", "All, periodic tasks too"), ("periodic", "Periodic tasks only")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[TaskResult]) -> QuerySet[TaskResult]:
        if self.value() == "periodic":
            return queryset.filter(periodic_task_name__isnull=False)
        asked = self.value() or request.GET.get("task_name") or request.GET.get("q")
        return queryset if asked else queryset.filter(periodic_task_name__isnull=True)


class TaskFilter(DropdownFilter):
    """The tasks that the code has; asking the table for its DISTINCT names would read all of it."""

    title = "task"
    parameter_name = "task_name"

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[TaskResult]") -> list[tuple[str, str]]:
        return [(name, name) for name in task_names()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[TaskResult]) -> QuerySet[TaskResult]:
        return queryset.filter(task_name=self.value()) if self.value() else queryset


class StatusFilter(DropdownFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[TaskResult]") -> list[tuple[str, str]]:
        return [(state, state.capitalize()) for state in COLOURS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[TaskResult]) -> QuerySet[TaskResult]:
        return queryset.filter(status=self.value()) if self.value() else queryset
