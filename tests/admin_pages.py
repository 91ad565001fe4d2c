"""Every page of the admin, with a row of each model to show: for tests that walk through all of them."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db.models import Model
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import CrontabSchedule
from django_celery_results.models import TaskResult

from bookings.desk.actions import actions_of
from bookings.models import ApiKey, Booking, Departure, Traveller
from notifications.models import ReminderRule
from payments.models import ClosedDecision, ProviderEvent
from payments.services.provider_events import inbox
from tests.desk import booked, departure_in
from tests.factories import make_customer
from tests.payments.refunds import ask, paid_by_hand

ROWLESS = (
    "/admin/",
    "/admin/password_change/",
    "/admin/payments/payment/decisions/",
    "/admin/payments/payment/takings/",
    "/admin/account/",
    "/admin/account/second-factor/",
)
LONG = "Wolde-Giorgis Habte-Mariam of the Bale Mountains"


def one_of_each() -> None:
    """A row of each model that has a page, and the setup's own; the booking is paid in part and has a traveller."""
    call_command("setup", verbosity=0)
    booking = booked(departure_in(12, capacity=30), customer=make_customer(name=LONG, phone="+251911234567"))
    Traveller.objects.create(booking=booking, name="Sara")
    ask(paid_by_hand(booking, "1500.00"))
    booked(booking.departure, party_size=1)
    raw = json.dumps({"event": "charge.success", "tx_ref": "X-1", "amount": "600.00"}).encode()
    pk, _new = inbox.store_event(provider="chapa", raw=raw, headers={"content-type": "json"}, now=timezone.now())
    inbox.process_event(event_id=pk, now=timezone.now())
    words = {"name": "#1 charge.success", "what": "No payment here has this transaction.", "reason": "A test"}
    ClosedDecision.objects.create(kind="event", object_id=pk, closed_by_label="Sara", closed_at=timezone.now(), **words)
    TaskResult.objects.create(task_id="0f" * 16, task_name="bookings.expire_holds", status="SUCCESS")
    CrontabSchedule.objects.get_or_create(minute="5", hour="4")
    ApiKey.objects.create_key(name="website", scopes=["bookings:read"], expiry_date=timezone.now() + timedelta(days=9))
    ReminderRule.objects.get_or_create(kind="departure_reminder", hours_before=72)
    Group.objects.get_or_create(name="Agent")
    assert Departure.objects.exists()
    assert ProviderEvent.objects.exists()


def lists() -> list[str]:
    return [reverse(f"admin:{_name(model)}_changelist") for model in registered()]


def registered() -> list[type[Model]]:
    return sorted(admin.site._registry, key=lambda model: model._meta.label)  # noqa: SLF001


def pages(user: User) -> list[str]:
    """What this user may open: lists (full and with nothing found), forms, histories, deletions, imports, questions."""
    apps = sorted({model._meta.app_label for model in registered()})  # noqa: SLF001
    found = [*ROWLESS, *(reverse("admin:app_list", args=[label]) for label in apps)]
    for model in registered():
        found += _pages_of(model, user)
    departure = Booking.objects.earliest("pk").departure
    return [*found, reverse("admin:bookings_departure_manifest", args=[departure.pk])]


def _pages_of(model: type[Model], user: User) -> Iterator[str]:
    request = RequestFactory().get("/")
    request.user = user
    model_admin: Any = admin.site.get_model_admin(model)
    row = model._default_manager.order_by("pk").first()  # noqa: SLF001
    assert row is not None, model
    pk = row.prefix if isinstance(row, ApiKey) else row.pk
    yield reverse(f"admin:{_name(model)}_changelist")
    if model_admin.search_fields:
        yield reverse(f"admin:{_name(model)}_changelist") + "?q=nosuchthing"
    if model_admin.has_add_permission(request):
        yield reverse(f"admin:{_name(model)}_add")
    yield reverse(f"admin:{_name(model)}_change", args=[pk])
    yield reverse(f"admin:{_name(model)}_history", args=[pk])
    if model_admin.has_delete_permission(request, row):
        yield reverse(f"admin:{_name(model)}_delete", args=[pk])
    for name in ("import", "export"):
        if getattr(model_admin, f"has_{name}_permission", lambda _request: False)(request):
            yield reverse(f"admin:{_name(model)}_{name}")
    for action in actions_of(model):
        yield reverse(f"admin:{_name(model)}_act", args=[action.name]) + f"?ids={pk}"


def _name(model: type[Model]) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"  # noqa: SLF001
