"""Celery's results in the admin."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_celery_results.models import TaskResult

from tests.desk import login, root
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


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
