"""manage.py setup gives each thing once, and beat leaves what is there alone."""

from io import StringIO
from typing import Any

import pytest
from celery.schedules import schedule
from django.contrib.auth.models import Group
from django.core.management import call_command
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config.celery import app
from config.clock import Scheduler
from config.models import SetupStep
from config.roles import ROLES
from config.schedule import JOBS
from notifications.models import MessageTemplate, ReminderRule
from tests.mail_kinds import KINDS

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def run_setup() -> str:
    out = StringIO()
    call_command("setup", stdout=out)
    return out.getvalue()


def permissions_of(role: str) -> set[str]:
    rows = Group.objects.get(name=role).permissions.values_list("content_type__app_label", "codename")
    return {f"{app_label}.{codename}" for app_label, codename in rows}


def periodic_tasks() -> list[dict[str, Any]]:
    return list(PeriodicTask.objects.exclude(name="celery.backend_cleanup").order_by("pk").values())


def test_setup_makes_the_roles_the_schedule_and_a_reminder() -> None:
    run_setup()
    assert {group.name: permissions_of(group.name) for group in Group.objects.all()} == ROLES
    rows = PeriodicTask.objects.values_list("task", "interval__every", "interval__period", "expire_seconds", "queue")
    assert sorted(rows) == [
        ("bookings.complete_departures", 15, "minutes", 900, None),
        ("bookings.expire_holds", 1, "minutes", 60, None),
        ("bookings.plan_reminders", 5, "minutes", 300, None),
        ("bookings.promote_waitlist", 1, "minutes", 60, None),
        ("bookings.prune_api_requests", 1, "hours", 3600, None),
        ("config.close_lost_results", 5, "minutes", 300, None),
        ("config.forget_old_log_ins", 24, "hours", 86400, None),
        ("config.send_account_mails", 1, "minutes", 60, None),
        ("notifications.send_due_messages", 15, "seconds", 15, None),
        ("payments.plan_payment_reminders", 15, "minutes", 900, None),
        ("payments.reconcile", 24, "hours", 86400, None),
        ("payments.settle_open_payments", 1, "minutes", 60, None),
    ]
    assert list(ReminderRule.objects.values_list("kind", "hours_before", "is_active")) == [
        ("departure_reminder", 48, True),
        ("payment_reminder", 72, True),
    ]


def test_setup_twice_changes_nothing() -> None:
    assert run_setup() == f"Set up: {SetupStep.objects.count()} new.\n"
    before = periodic_tasks(), list(SetupStep.objects.values()), {r: permissions_of(r) for r in ROLES}
    assert run_setup() == "Set up already: nothing new.\n"
    assert (periodic_tasks(), list(SetupStep.objects.values()), {r: permissions_of(r) for r in ROLES}) == before


def test_setup_keeps_what_people_edited_and_deleted() -> None:
    run_setup()
    agent = Group.objects.get(name="Agent")
    agent.permissions.remove(agent.permissions.get(codename="cancel_booking"))
    agent.permissions.add(*Group.objects.get(name="Finance").permissions.filter(codename="record_payment"))
    Group.objects.get(name="Viewer").delete()
    slow, _made = IntervalSchedule.objects.get_or_create(every=10, period="minutes")
    job = PeriodicTask.objects.get(name="bookings.expire_holds")
    job.interval, job.enabled, job.expire_seconds = slow, False, 600
    job.save()
    PeriodicTask.objects.get(name="bookings.plan_reminders").delete()
    ReminderRule.objects.all().delete()
    before = periodic_tasks()

    run_setup()

    assert permissions_of("Agent") == ROLES["Agent"] - {"bookings.cancel_booking"} | {"payments.record_payment"}
    assert not Group.objects.filter(name="Viewer").exists()
    assert periodic_tasks() == before
    assert not ReminderRule.objects.exists()


def test_a_new_permission_of_a_release_is_granted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    run_setup()
    monkeypatch.setitem(ROLES, "Agent", ROLES["Agent"] | {"payments.record_payment"})
    assert run_setup() == "Set up: 1 new.\n"
    assert permissions_of("Agent") == ROLES["Agent"]
    agent = Group.objects.get(name="Agent")
    agent.permissions.remove(agent.permissions.get(codename="record_payment"))
    assert run_setup() == "Set up already: nothing new.\n"
    assert "payments.record_payment" not in permissions_of("Agent")


@pytest.mark.parametrize("kind", ["departure_reminder", "payment_reminder"])
def test_a_rule_that_was_there_before_the_first_setup_stays_the_only_one(kind: str) -> None:
    ReminderRule.objects.create(kind=kind, hours_before=12)
    run_setup()
    assert list(ReminderRule.objects.filter(kind=kind).values_list("hours_before", flat=True)) == [12]


def test_every_job_is_a_task_that_workers_know() -> None:
    app.loader.import_default_modules()
    assert [job.task for job in JOBS if job.task not in app.tasks] == []


@pytest.mark.django_db(transaction=True)  # beat closes old connections
# Beat drops connections, and with them a test's open transaction.
@pytest.mark.django_db(transaction=True)
def test_beat_takes_over_the_rows_and_writes_none_of_them_again() -> None:
    run_setup()
    slow, _made = IntervalSchedule.objects.get_or_create(every=10, period="minutes")
    PeriodicTask.objects.filter(name="bookings.expire_holds").update(interval=slow)
    PeriodicTask.objects.filter(name="bookings.plan_reminders").update(enabled=False)
    before = periodic_tasks()
    for _start in range(2):
        beat = Scheduler(app=app)
        assert sorted(beat.schedule) == sorted(
            {job.task for job in JOBS} - {"bookings.plan_reminders"} | {"celery.backend_cleanup"}
        )
        assert beat.schedule["bookings.expire_holds"].schedule == schedule(600)
        beat.close()
    assert periodic_tasks() == before


def test_setup_offers_the_built_in_mail_texts_without_putting_them_in_use() -> None:
    run_setup()
    rows = list(MessageTemplate.objects.all())
    assert [(row.kind, row.language, row.is_active) for row in rows] == [(kind, "en", False) for kind in sorted(KINDS)]
    for row in rows:
        row.full_clean()
