"""The five roles, as groups, and exactly what each may do. Users, groups and API keys are a superuser's business."""

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
        "bookings.adjust_price_booking",
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
        "bookings.adjust_price_booking",
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
        "bookings.adjust_price_freely_booking",
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
