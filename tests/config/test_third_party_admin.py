"""Users, groups, API keys, periodic tasks and task results in the admin."""

import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.core.management import call_command
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_celery_beat.models import ClockedSchedule, IntervalSchedule, PeriodicTask, PeriodicTasks, SolarSchedule
from django_celery_results.models import GroupResult, TaskResult
from rest_framework_api_key.models import APIKey

from bookings.models import ApiKey
from config.admin.jobs import task_names
from config.celery import app
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

USERS = ("auth.view_user", "auth.add_user", "auth.change_user", "auth.delete_user", "bookings.view_booking")
JOBS = ("django_celery_beat.view_periodictask", "django_celery_beat.change_periodictask")
DIALOG = {"_form_submitted": "on"}


def login(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def root() -> Client:
    return login(make_user(is_superuser=True))


def group(name: str, *codenames: str) -> Group:
    made = Group.objects.create(name=name)
    made.permissions.set(Permission.objects.filter(codename__in=codenames))
    return made


def make_job(**fields: object) -> PeriodicTask:
    every, _made = IntervalSchedule.objects.get_or_create(every=1, period="minutes")
    return PeriodicTask.objects.create(
        **{"name": "expire", "task": "bookings.expire_holds", "interval": every, **fields}
    )


def user_form(**changes: object) -> dict[str, object]:
    return {
        "username": "sara",
        "first_name": "Sara",
        "is_active": "on",
        "is_staff": "on",
        "date_joined_0": "2026-11-23",
        "date_joined_1": "10:00",
    } | changes


def test_nobody_needs_these_pages() -> None:
    registered = [m for m in (APIKey, GroupResult, SolarSchedule, ClockedSchedule) if admin.site.is_registered(m)]
    assert registered == []


@pytest.mark.parametrize(
    "page",
    [
        *("auth_user", "auth_group", "bookings_apikey", "django_celery_beat_periodictask"),
        *("django_celery_beat_intervalschedule", "django_celery_beat_crontabschedule"),
    ],
)
def test_add_pages_open(page: str) -> None:
    assert root().get(reverse(f"admin:{page}_add")).status_code == 200


# --- users and groups --------------------------------------------------------------------------


def test_a_new_user_is_staff_with_his_groups() -> None:
    agents = group("Agents", "view_booking")
    form = {"username": "almaz", "password1": "correct horse 9", "password2": "correct horse 9", "groups": [agents.pk]}
    response = root().post(reverse("admin:auth_user_add"), form | {"usable_password": "true"})
    assert response.status_code == 302
    user = User.objects.get(username="almaz")
    assert (user.is_staff, user.is_superuser, list(user.groups.all())) == (True, False, [agents])


def test_only_a_superuser_makes_superusers() -> None:
    target = make_user(username="sara")
    url = reverse("admin:auth_user_change", args=(target.pk,))
    assert login(make_user(*USERS)).post(url, user_form(is_superuser="on")).status_code == 302
    target.refresh_from_db()
    assert not target.is_superuser
    assert root().post(url, user_form(is_superuser="on")).status_code == 302
    target.refresh_from_db()
    assert target.is_superuser


def test_nobody_gives_permissions_beyond_his_own() -> None:
    target = make_user(username="sara")
    mine = group("Mine", "view_booking")
    beyond = group("Beyond", "view_booking", "void_payment")
    voiding, viewing = (Permission.objects.get(codename=name) for name in ("void_payment", "view_booking"))
    client = login(make_user(*USERS))
    url = reverse("admin:auth_user_change", args=(target.pk,))
    for changes in ({"groups": [mine.pk, beyond.pk]}, {"user_permissions": [voiding.pk]}):
        response = client.post(url, user_form(**changes))
        assert "Select a valid choice" in response.content.decode()
    allowed = client.post(url, user_form(groups=[mine.pk], user_permissions=[viewing.pk]))
    assert allowed.status_code == 302
    assert (list(target.groups.all()), list(target.user_permissions.all())) == ([mine], [viewing])


@pytest.mark.parametrize("active", [True, False])
def test_an_account_that_may_do_more_is_out_of_reach(active: bool) -> None:
    target = make_user("payments.void_payment", is_active=active)
    client = login(make_user(*USERS))
    urls = [
        reverse("admin:auth_user_change", args=(target.pk,)),
        reverse("admin:auth_user_delete", args=(target.pk,)),
        reverse("admin:auth_user_password_change", args=(target.pk,)),
    ]
    assert [client.post(url, user_form(password1="taken over 1")).status_code for url in urls] == [403, 403, 403]
    assert root().get(urls[2]).status_code == 200


def test_a_superuser_s_account_is_out_of_reach() -> None:
    url = reverse("admin:auth_user_password_change", args=(make_user(is_superuser=True).pk,))
    assert login(make_user(*USERS)).get(url).status_code == 403


def test_a_group_that_may_do_more_is_out_of_reach() -> None:
    client = login(make_user("auth.view_group", "auth.change_group", "bookings.view_booking"))
    mine, beyond = group("Mine", "view_booking"), group("Beyond", "void_payment")
    voiding = Permission.objects.get(codename="void_payment")
    urls = {name: reverse("admin:auth_group_change", args=(g.pk,)) for name, g in (("mine", mine), ("more", beyond))}
    assert client.post(urls["more"], {"name": "Beyond", "permissions": []}).status_code == 403
    response = client.post(urls["mine"], {"name": "Mine", "permissions": [voiding.pk]})
    assert "Select a valid choice" in response.content.decode()
    assert list(mine.permissions.values_list("codename", flat=True)) == ["view_booking"]


# --- API keys ----------------------------------------------------------------------------------


def test_a_key_is_shown_once_and_works() -> None:
    client = root()
    form = {"name": "website", "scopes": ["bookings:read"]}
    page = client.post(reverse("admin:bookings_apikey_add"), form, follow=True).content.decode()
    key = ApiKey.objects.get()
    [shown] = re.findall(r"The key of website: (\S+) –", page)
    assert (ApiKey.objects.is_valid(shown), key.scopes) == (True, ["bookings:read"])
    again = client.get(reverse("admin:bookings_apikey_changelist")).content.decode()
    change = client.get(reverse("admin:bookings_apikey_change", args=(key.prefix,))).content.decode()
    assert shown not in again + change


def test_a_key_that_may_do_nothing_is_refused() -> None:
    page = root().post(reverse("admin:bookings_apikey_add"), {"name": "website"}).content.decode()
    assert "Tick at least one thing that this key may do." in page
    assert not ApiKey.objects.exists()


def test_scopes_change_and_the_name_stays() -> None:
    key, secret = ApiKey.objects.create_key(name="website", scopes=["bookings:read"])
    form = {"name": "other", "scopes": ["bookings:read", "bookings:write"]}
    assert root().post(reverse("admin:bookings_apikey_change", args=(key.prefix,)), form).status_code == 302
    assert list(ApiKey.objects.values_list("name", "scopes")) == [("website", ["bookings:read", "bookings:write"])]
    assert ApiKey.objects.is_valid(secret)


def test_revoking_asks_first_and_is_final() -> None:
    key, secret = ApiKey.objects.create_key(name="website", scopes=["bookings:read"])
    client = root()
    url = reverse("admin:bookings_apikey_revoke", args=(key.prefix,))
    assert "Revoke this key?" in client.get(url).content.decode()
    assert ApiKey.objects.is_valid(secret)
    assert client.post(url, DIALOG).headers["HX-Redirect"] == reverse("admin:bookings_apikey_changelist")
    assert not ApiKey.objects.is_valid(secret)
    change = reverse("admin:bookings_apikey_change", args=(key.prefix,))
    assert client.post(change, {"scopes": ["bookings:write"]}).status_code == 403


def test_keys_need_their_permission() -> None:
    key, secret = ApiKey.objects.create_key(name="website", scopes=[])
    client = login(make_user("bookings.view_apikey"))
    assert client.get(reverse("admin:bookings_apikey_add")).status_code == 403
    assert client.post(reverse("admin:bookings_apikey_revoke", args=(key.prefix,)), DIALOG).status_code == 403
    assert ApiKey.objects.is_valid(secret)


# --- periodic tasks ----------------------------------------------------------------------------


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


# --- task results ------------------------------------------------------------------------------


def make_results(number: int) -> None:
    TaskResult.objects.bulk_create(
        TaskResult(
            task_id=f"{number}-{n}",
            task_name="notifications.send_booking_confirmation_email",
            task_args='"(12,)"',
            status="SUCCESS",
            result='"sent"',
            worker="mail1@office",
            date_started=timezone.now(),
        )
        for n in range(number)
    )
    TaskResult.objects.update(date_done=F("date_started") + timedelta(milliseconds=1500))


def test_results_say_what_ran_where_and_how_long() -> None:
    make_results(1)
    page = login(make_user("django_celery_results.view_taskresult")).get(
        reverse("admin:django_celery_results_taskresult_changelist")
    )
    text = page.content.decode()
    for part in ("notifications.send_booking_confirmation_email", "12", "sent", "mail1@office", "1.50\xa0s", "Success"):
        assert part in text


def test_a_result_s_page_has_a_title_a_status_and_a_link_to_its_message() -> None:
    make_results(1)
    [result] = TaskResult.objects.all()
    text = root().get(reverse("admin:django_celery_results_taskresult_change", args=[result.pk])).content.decode()
    message = reverse("admin:notifications_message_change", args=[12])
    assert f'<a class="text-link" href="{message}">12</a>' in text
    assert "notifications.send_booking_confirmation_email 1-0" in text
    assert [part for part in ("Task:", "(&#x27;SUCCESS&#x27;") if part in text] == []


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, {"by-hand"}),
        ({"origin": "all"}, {"by-hand", "by-beat"}),
        ({"origin": "periodic"}, {"by-beat"}),
        ({"task_name": "bookings.expire_holds"}, {"by-beat"}),
        ({"q": "by-beat"}, {"by-beat"}),
    ],
)
def test_periodic_results_are_hidden_until_they_are_asked_for(query: dict[str, str], shown: set[str]) -> None:
    TaskResult.objects.create(task_id="by-hand", task_name="payments.settle_payment")
    TaskResult.objects.create(task_id="by-beat", task_name="bookings.expire_holds", periodic_task_name="expire holds")
    page = root().get(reverse("admin:django_celery_results_taskresult_changelist"), query)
    assert {row.task_id for row in page.context["cl"].result_list} == shown


def test_the_result_list_counts_nothing_and_costs_the_same_at_any_size() -> None:
    client = login(make_user("django_celery_results.view_taskresult"))
    url = reverse("admin:django_celery_results_taskresult_changelist")
    statements = []
    for number in (1, 30):
        make_results(number)
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url, {"status": "SUCCESS"}).status_code == 200
        statements.append(len(captured))
        assert [q["sql"] for q in captured if "COUNT(" in q["sql"] or "DISTINCT" in q["sql"]] == []
    assert statements[0] == statements[1]


def test_nothing_runs_every_few_microseconds() -> None:
    url = reverse("admin:django_celery_beat_intervalschedule_add")
    assert root().post(url, {"every": 5, "period": "microseconds"}).status_code == 200
    assert root().post(url, {"every": 5, "period": "seconds"}).status_code == 302
    assert list(IntervalSchedule.objects.values_list("every", "period")) == [(5, "seconds")]


def test_results_are_found_by_id_and_by_task_and_never_change() -> None:
    make_results(3)
    client = root()
    url = reverse("admin:django_celery_results_taskresult_changelist")
    found = client.get(url, {"q": "3-1"}).context["cl"].result_list
    assert [row.task_id for row in found] == ["3-1"]
    assert len(client.get(url, {"task_name": "bookings.expire_holds"}).context["cl"].result_list) == 0
    change = reverse("admin:django_celery_results_taskresult_change", args=(found[0].pk,))
    assert (client.get(change).status_code, client.post(change, {}).status_code) == (200, 403)
    assert client.get(reverse("admin:django_celery_results_taskresult_add")).status_code == 403


def test_user_list_costs_the_same_at_any_size() -> None:
    call_command("setup", verbosity=0)
    client, url = root(), reverse("admin:auth_user_changelist")
    statements = []
    for number in (1, 30):
        for _ in range(number):
            make_user().groups.add(Group.objects.get(name="Agent"))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        statements.append(len(captured))
    assert statements[0] == statements[1]


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
