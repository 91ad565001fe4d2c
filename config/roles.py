"""The five roles, as groups, and exactly what each may do. Users, groups and API keys are a superuser's business."""

from collections.abc import Iterator
from typing import Final

# In TWO_FACTOR_ROLES beside the roles: who may do everything needs none of them.
SUPERUSER: Final = "Superuser"


def _look(app: str, models: str) -> frozenset[str]:
    return frozenset(f"{app}.view_{model}" for model in models.split())


def _edit(app: str, models: str) -> frozenset[str]:
    return frozenset(f"{app}.{act}_{model}" for model in models.split() for act in ("add", "change", "view"))


LOOK_AT_SALES: Final = _look("bookings", "trip departure customer booking traveller bookingevent")
LOOK_AT_MONEY: Final = _look("payments", "payment refund")
LOOK_AT_MAIL: Final = _look("notifications", "message messagetemplate reminderrule")
LOOK_AT_JOBS: Final = _look("django_celery_beat", "periodictask intervalschedule crontabschedule") | _look(
    "django_celery_results", "taskresult"
)

VIEWER: Final = LOOK_AT_SALES | LOOK_AT_MONEY | LOOK_AT_MAIL | LOOK_AT_JOBS | {"bookings.view_manifest"}
AGENT: Final = (
    LOOK_AT_SALES
    | LOOK_AT_MONEY
    | _edit("bookings", "customer booking traveller")
    | {
        "bookings.delete_traveller",
        "bookings.view_manifest",
        "bookings.confirm_booking",
        "bookings.cancel_booking",
        "bookings.reinstate_booking",
        "bookings.reschedule_booking",
        "bookings.mark_no_show_booking",
        "bookings.promote_booking",
        "notifications.view_message",
        "notifications.resend_message",
        "payments.request_payment",
        "payments.verify_payment",
    }
)
FINANCE: Final = (
    LOOK_AT_SALES
    | LOOK_AT_MONEY
    | {
        "bookings.export_booking",
        "payments.record_payment",
        "payments.settle_payment",
        "payments.void_payment",
        "payments.refund_payment",
        "payments.request_payment",
        "payments.verify_payment",
        "payments.review_payment",
        "payments.view_takings",
        "payments.view_providerevent",
        "payments.replay_providerevent",
        "bookings.change_due_date_booking",
        "notifications.view_message",
        "notifications.resend_message",
    }
)
OUTBOX: Final = frozenset(f"notifications.{act}_message" for act in ("view", "resend", "withdraw", "retry"))
MANAGER: Final = (
    AGENT
    | FINANCE
    | VIEWER
    | OUTBOX
    | _edit("bookings", "trip departure")
    | _edit("notifications", "messagetemplate reminderrule")
    | {
        "bookings.delete_trip",
        "bookings.delete_departure",
        "bookings.delete_customer",
        "bookings.change_departure_status",
        "bookings.confirm_unpaid_booking",
        "payments.approve_refund",
        "payments.replay_providerevent",
        "bookings.import_booking",
        "notifications.delete_messagetemplate",
        "notifications.delete_reminderrule",
    }
)
OPS: Final = (
    OUTBOX
    | LOOK_AT_JOBS
    | _edit("django_celery_beat", "periodictask intervalschedule crontabschedule")
    | {
        "django_celery_beat.delete_periodictask",
        "django_celery_beat.delete_intervalschedule",
        "django_celery_beat.delete_crontabschedule",
        "payments.view_providerevent",
        "payments.replay_providerevent",
    }
)

ROLES: Final[dict[str, frozenset[str]]] = {
    "Agent": AGENT,
    "Finance": FINANCE,
    "Manager": MANAGER,
    "Ops": OPS,
    "Viewer": VIEWER,
}


def role_steps() -> Iterator[str]:
    """Every role and every permission of a role, as the names that setup remembers."""
    for role, permissions in ROLES.items():
        yield f"role:{role}"
        yield from (f"grant:{role}:{permission}" for permission in sorted(permissions))


def give_roles(*, steps: frozenset[str]) -> None:
    """Make the groups and grant the permissions that `steps` (of role_steps) name; nothing is ever taken away."""
    from django.contrib.auth.models import Group  # late: the settings read this module before there are models

    ids = _permission_ids()
    for role, permissions in ROLES.items():
        if f"role:{role}" in steps:
            Group.objects.get_or_create(name=role)
        granted = [ids[name] for name in permissions if f"grant:{role}:{name}" in steps]
        for group in Group.objects.filter(name=role):  # none: an operator has deleted or renamed it
            group.permissions.add(*granted)


def _permission_ids() -> dict[str, int]:
    """{"app.codename": id} of every permission in a role. A KeyError in the caller names one that doesn't exist."""
    from django.contrib.auth.models import Permission

    apps = {name.partition(".")[0] for permissions in ROLES.values() for name in permissions}
    rows = Permission.objects.filter(content_type__app_label__in=apps)
    return {f"{app}.{code}": pk for app, code, pk in rows.values_list("content_type__app_label", "codename", "pk")}
