"""Beat's tasks and schedules in the admin."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask, PeriodicTasks

from config.admin.jobs import task_names
from config.celery import app
from tests.desk import login, root
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
JOBS = ("django_celery_beat.view_periodictask", "django_celery_beat.change_periodictask")
DIALOG = {"_form_submitted": "on"}


def make_job(**fields: object) -> PeriodicTask:
    every, _made = IntervalSchedule.objects.get_or_create(every=1, period="minutes")
    return PeriodicTask.objects.create(
        **{"name": "expire", "task": "bookings.expire_holds", "interval": every, **fields}
    )


def test_run_now_asks_first_then_hands_the_task_to_the_broker() -> None:
    job, client = make_job(), login(make_user(*JOBS))
    url = reverse("admin:django_celery_beat_periodictask_run_now", args=(job.pk,))
    with app.connection_for_read() as broker:
        queue = broker.SimpleQueue("periodic")
        queue.clear()
        assert "Run this task now?" in client.get(url).content.decode()
        assert queue.qsize() == 0
        page = client.post(url, DIALOG)
        message = queue.get(timeout=120)
        message.ack()
    assert (page.status_code, message.headers["task"], message.payload[0]) == (200, "bookings.expire_holds", [])


def test_run_now_needs_the_permission_and_a_task() -> None:
    job = make_job()
    url = reverse("admin:django_celery_beat_periodictask_run_now", args=(job.pk,))
    assert login(make_user(JOBS[0])).post(url, DIALOG).status_code == 403
    gone = reverse("admin:django_celery_beat_periodictask_run_now", args=(job.pk + 1,))
    assert login(make_user(*JOBS)).post(gone, DIALOG).status_code == 404


def test_switching_tasks_off_and_on_is_noticed_by_beat() -> None:
    job, client = make_job(last_run_at=timezone.now()), login(make_user(*JOBS))
    url = reverse("admin:django_celery_beat_periodictask_changelist")
    PeriodicTasks.objects.update(last_update=timezone.now() - timedelta(days=1))
    for action, enabled in (("switch_off", False), ("switch_on", True)):
        before = PeriodicTasks.last_change()
        client.post(url, {"action": action, "_selected_action": [job.pk]})
        job.refresh_from_db()
        assert (job.enabled, PeriodicTasks.last_change() > before) == (enabled, True)


def test_switching_needs_the_permission() -> None:
    job = make_job()
    url = reverse("admin:django_celery_beat_periodictask_changelist")
    login(make_user(JOBS[0])).post(url, {"action": "switch_off", "_selected_action": [job.pk]})
    job.refresh_from_db()
    assert job.enabled


def test_a_periodic_task_is_edited_and_wrong_arguments_are_named() -> None:
    job, client = make_job(), login(make_user(*JOBS))
    slow, _made = IntervalSchedule.objects.get_or_create(every=10, period="minutes")
    url = reverse("admin:django_celery_beat_periodictask_change", args=(job.pk,))
    form = {"name": "expire", "task": job.task, "interval": slow.pk, "enabled": "on", "args": "[]"}
    for args in ('["x"]', "[" * 3000, "[1e400]", "{}", "[true]"):
        assert "Give a JSON list of numbers" in client.post(url, form | {"args": args}).content.decode()
    assert client.post(url, form).status_code == 302
    job.refresh_from_db()
    assert job.interval == slow


def test_a_schedule_in_use_cannot_be_deleted_with_its_tasks() -> None:
    job, client = make_job(), root()
    url = reverse("admin:django_celery_beat_intervalschedule_delete", args=(job.interval.pk,))
    assert client.post(url, {"post": "yes"}).status_code == 403
    free = IntervalSchedule.objects.create(every=3, period="days")
    url = reverse("admin:django_celery_beat_intervalschedule_delete", args=(free.pk,))
    assert client.post(url, {"post": "yes"}).status_code == 302
    assert PeriodicTask.objects.filter(pk=job.pk).exists()


def test_the_tasks_to_choose_from_are_our_own() -> None:
    assert {name.partition(".")[0] for name in task_names()} <= {"bookings", "config", "notifications", "payments"}


def test_nothing_runs_every_few_microseconds() -> None:
    url = reverse("admin:django_celery_beat_intervalschedule_add")
    assert root().post(url, {"every": 5, "period": "microseconds"}).status_code == 200
    assert root().post(url, {"every": 5, "period": "seconds"}).status_code == 302
    assert list(IntervalSchedule.objects.values_list("every", "period")) == [(5, "seconds")]


@pytest.mark.parametrize(
    ("every", "period"), [(2_000_000_000, "days"), (367, "days"), (8785, "hours"), (31_622_401, "seconds")]
)
def test_an_interval_is_a_year_at_most(every: int, period: str) -> None:
    page = root().post(reverse("admin:django_celery_beat_intervalschedule_add"), {"every": every, "period": period})
    assert page.context["adminform"].form.errors == {"every": ["At most 366 days between two runs."]}
    assert IntervalSchedule.objects.count() == 0


@pytest.mark.parametrize(("day", "month"), [("30", "2"), ("31", "4,6,9,11"), ("30-31", "2")])
def test_times_that_never_come_are_refused(day: str, month: str) -> None:
    form = {"minute": "0", "hour": "7", "day_of_month": day, "month_of_year": month, "day_of_week": "*"}
    url = reverse("admin:django_celery_beat_crontabschedule_add")
    page = root().post(url, form | {"timezone": "UTC"})
    assert page.context["adminform"].form.non_field_errors() == [
        "These times never come: no such day is in these months."
    ]
    assert root().post(url, form | {"timezone": "UTC", "day_of_month": "29"}).status_code == 302


@pytest.mark.parametrize("field", ["minute", "hour", "day_of_month", "month_of_year", "day_of_week"])
@pytest.mark.parametrize("text", ["-1", "-0", str(-(2**70)), "9" * 60, "abc", "*/0", "1-", "²"])
def test_a_crontab_that_celery_cannot_read_is_refused(field: str, text: str) -> None:
    form = dict.fromkeys(("minute", "hour", "day_of_month", "month_of_year", "day_of_week"), "*")
    response = root().post(
        reverse("admin:django_celery_beat_crontabschedule_add"), form | {"timezone": "UTC", field: text}
    )
    assert (response.status_code, bool(response.context["errors"])) == (200, True)
