"""A clerk's walk in a real browser: the booking, its mail, its task; and with the broker away."""

import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone
from django_celery_results.models import TaskResult
from playwright.sync_api import Page

from bookings.models import Departure
from notifications.models import Message
from tests.e2e.browsing import log_in, take_booking
from tests.e2e.conftest import Stack, flower_tasks, responds, wait_until
from tests.e2e.rabbit import Node, free_port
from tests.e2e.smtp import Inbox
from tests.factories import make_departure, make_trip, make_user

pytestmark = [pytest.mark.e2e, pytest.mark.browser]
TASK = "notifications.send_booking_confirmation_email"


@pytest.fixture
def departure(stack: Stack) -> Departure:
    return make_departure(starts_at=timezone.now() + timedelta(days=9), trip=make_trip(code="WALK"))


@pytest.fixture
def agent(stack: Stack) -> str:
    user = make_user(username="agent")
    user.groups.add(Group.objects.get(name="Agent"))
    return "agent"


@pytest.mark.services
@pytest.mark.usefixtures("departure")
def test_a_booking_reaches_the_customers_inbox(stack: Stack, inbox: Inbox, page: Page, agent: str) -> None:
    stack.start_worker()
    url, port = stack.start_web(), free_port()
    stack.start("flower", "celery", "-A", "config", "flower", f"--port={port}")
    wait_until(lambda: responds(f"http://127.0.0.1:{port}/healthcheck"), "Flower")
    log_in(page, url, agent, "correct horse")
    reference = take_booking(page, url, departure="WALK", name="አልማዝ ተስፋዬ", email="almaz@mail.example.org")
    [mail] = inbox.wait_for(1)
    assert mail["To"] == "almaz@mail.example.org"
    assert [part.get_content_type() for part in mail.walk()][1:] == ["text/plain", "text/html"]
    wait_until(lambda: TaskResult.objects.filter(task_name=TASK, status="SUCCESS").exists(), "the task's result")
    message = Message.objects.get()
    assert (message.status, message.topic) == ("sent", f"booking:{reference}")
    page.reload()
    assert page.locator("text=Booking confirmation").count() >= 1
    wait_until(lambda: any(t["name"] == TASK for t in flower_tasks(port, "ops:only-for-tests").values()), "Flower")
    ops = make_user(username="ops")
    ops.groups.add(Group.objects.get(name="Ops"))
    page.context.clear_cookies()
    log_in(page, url, "ops", "correct horse")
    page.goto(f"{url}/admin/django_celery_results/taskresult/")
    assert page.locator(f"text={TASK}").count() >= 1


@pytest.mark.services
@pytest.mark.usefixtures("departure")
def test_with_the_broker_away_the_clerk_goes_on_and_the_mail_follows_once(
    stack: Stack, inbox: Inbox, rabbit: Node, page: Page, agent: str
) -> None:
    stack.start_worker()
    url = stack.start_web()
    log_in(page, url, agent, "correct horse")
    rabbit.stop()
    try:
        reference = take_booking(page, url, departure="WALK", name="Dawit", email="dawit@mail.example.org")
        time.sleep(2)
        assert inbox.mails == []
    finally:
        rabbit.start()
    stack.start_beat()
    wait_until(lambda: Message.objects.filter(status="sent").exists(), "the mail")
    time.sleep(3)
    assert [mail["To"] for mail in inbox.mails] == ["dawit@mail.example.org"]
    assert Message.objects.get().topic == f"booking:{reference}"
