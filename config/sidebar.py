"""The admin's sidebar: what each person may see of it."""

from dataclasses import dataclass
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse


def admin_of(model: str) -> Any:
    """The model's admin, or None."""
    found = apps.get_model(model)
    return admin.site.get_model_admin(found) if admin.site.is_registered(found) else None


@dataclass(frozen=True)
class Page:
    """A model's list in the sidebar. `icon` is a name of Google's Material Symbols."""

    model: str
    title: str
    icon: str


@dataclass(frozen=True)
class View:
    """Another page of the admin in the sidebar, for those with one of the permissions."""

    name: str
    title: str
    icon: str
    permissions: tuple[str, ...]


GROUPS: Final[dict[str, tuple[Page, ...]]] = {
    "Desk": (
        Page("bookings.Booking", "Bookings", "confirmation_number"),
        Page("bookings.Departure", "Departures", "departure_board"),
        Page("bookings.Trip", "Trips", "hiking"),
        Page("bookings.Customer", "Customers", "person"),
    ),
    "Money": (
        Page("payments.Payment", "Payments", "payments"),
        Page("payments.Refund", "Refunds", "currency_exchange"),
    ),
    "Mail": (
        Page("notifications.Message", "Outbox", "outgoing_mail"),
        Page("notifications.MessageTemplate", "Mail texts", "edit_note"),
        Page("notifications.ReminderRule", "Reminder rules", "alarm"),
    ),
    "Operations": (
        Page("django_celery_results.TaskResult", "Task results", "task_alt"),
        Page("django_celery_beat.PeriodicTask", "Periodic tasks", "schedule"),
        Page("payments.ProviderEvent", "Inbox", "move_to_inbox"),
    ),
    "Administration": (
        Page("auth.User", "Users", "manage_accounts"),
        Page("auth.Group", "Groups", "group"),
        Page("bookings.ApiKey", "API keys", "key"),
    ),
}
VIEWS: Final[dict[str, tuple[View, ...]]] = {
    "Money": (
        View("admin:payments_payment_decisions", "Needs a decision", "gavel", ("payments.view_payment",)),
        View("admin:payments_payment_revenue_report", "Revenue report", "point_of_sale", ("payments.view_takings",)),
    ),
}


def account_links(_request: HttpRequest) -> list[dict[str, str]]:
    """In the menu behind the person's name."""
    return [
        {"title": "Your account", "link": reverse("account")},
        {"title": "Change password", "link": reverse("admin:password_change")},
    ]


def may_view(request: HttpRequest, model: str) -> bool:
    """There is an admin page for the model, and this person may open it."""
    return (admin := admin_of(model)) is not None and admin.has_view_permission(request)


def list_url(model: str) -> str:
    return reverse(f"admin:{model.lower().replace('.', '_')}_changelist")


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Only what this person may open; a group without pages is left out."""
    groups = [{"title": "", "items": [{"title": "Today", "icon": "today", "link": reverse("admin:index")}]}]
    for title, pages in GROUPS.items():
        items = [
            {"title": page.title, "icon": page.icon, "link": list_url(page.model)}
            for page in pages
            if may_view(request, page.model)
        ]
        items += _views(request, title, items)
        if title == "Operations" and may_view(request, "django_celery_results.TaskResult"):
            items.append({"title": "Flower", "icon": "local_florist", "link": settings.FLOWER_URL})
        if items:
            groups.append({"title": title, "items": items})
    return [group | {"separator": bool(group["title"])} for group in groups]


def _views(request: HttpRequest, group: str, pages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Their addresses lie below a model's list, which isn't the active page then."""
    links = {reverse(view.name): view for view in VIEWS.get(group, ())}
    if any(map(request.path.startswith, links)):
        for page in pages:
            page["active"] = False
    return [
        {"title": view.title, "icon": view.icon, "link": link}
        for link, view in links.items()
        if any(map(request.user.has_perm, view.permissions))
    ]
