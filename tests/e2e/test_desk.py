"""A clerk's walk in a real browser: the booking, its mail, its task; on both brokers, and with the broker away."""

import base64
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connections
from django.utils import timezone
from django_celery_results.models import TaskResult
from playwright.sync_api import Page, sync_playwright

from bookings.models import Departure
from notifications.models import Message
from tests.e2e.conftest import ROOT, Stack, responds, wait_until
from tests.e2e.rabbit import Node, free_port
from tests.e2e.smtp import Inbox
from tests.factories import make_departure, make_trip, make_user

pytestmark = [pytest.mark.e2e, pytest.mark.browser]
CHROMIUM = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
AT_LEAST_TWO_LEFT = re.compile(r"· ([2-9]|\d\d) of \d+ seats left")
TASK = "notifications.send_booking_confirmation_email"


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps a loop in the thread of the test
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        yield browser.new_page(viewport={"width": 1280, "height": 900})
        browser.close()
        connections.close_all()  # asgiref gave this thread's loop a connection of its own


def log_in(page: Page, url: str, username: str, password: str) -> None:
    page.goto(f"{url}/admin/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.press("[name=password]", "Enter")
    page.wait_for_url(f"{url}/admin/")


def take_booking(page: Page, url: str, *, departure: str, name: str, email: str) -> str:
    """For two, on the departure that the picker finds for `departure`; returns the booking's reference."""
    page.goto(f"{url}/admin/bookings/booking/add/")
    page.click("[aria-labelledby=select2-id_departure-container]")
    page.keyboard.type(departure)
    page.locator(".select2-results__option", has_text=AT_LEAST_TWO_LEFT).filter(has_text=departure).first.click()
    page.fill("[name=name]", name)
    page.fill("[name=email]", email)
    page.click("button:has-text('Take the booking')")
    page.wait_for_url("**/change/**")
    return page.inner_text("h1, .td-reference").strip().split()[-1]


def flower_tasks(port: int, log_in: str) -> dict[str, Any]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/tasks")
    request.add_header("Authorization", "Basic " + base64.b64encode(log_in.encode()).decode())
    with urllib.request.urlopen(request, timeout=5) as response:
        return dict(json.load(response))


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
    [mail] = inbox.wait_for(1, seconds=3)
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
        began = time.monotonic()
        reference = take_booking(page, url, departure="WALK", name="Dawit", email="dawit@mail.example.org")
        assert time.monotonic() - began < 6
        time.sleep(2)
        assert inbox.mails == []
    finally:
        rabbit.start()
    stack.start_beat()
    wait_until(lambda: Message.objects.filter(status="sent").exists(), "the mail", 60)
    time.sleep(3)
    assert [mail["To"] for mail in inbox.mails] == ["dawit@mail.example.org"]
    assert Message.objects.get().topic == f"booking:{reference}"


def test_one_command_runs_it_all_without_any_server(page: Page, tmp_path: Path) -> None:
    port, flower_port = free_port(), free_port()
    environment = {key: value for key, value in os.environ.items() if key in {"PATH", "HOME", "LANG"}}
    environment |= {"VAR_DIR": str(tmp_path), "PORT": str(port), "FLOWER_PORT": str(flower_port)}
    with (tmp_path / "demo.log").open("wb") as log:
        demo = subprocess.Popen(
            [sys.executable, "manage.py", "demo"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        wait_until(lambda: b"Log-ins" in (tmp_path / "demo.log").read_bytes(), "the demo", 120)
        wait_until(lambda: responds(f"http://127.0.0.1:{flower_port}/healthcheck"), "Flower")
        account = json.loads((tmp_path / "demo-logins.json").read_text())["agent"]
        url = f"http://127.0.0.1:{port}"
        log_in(page, url, account["username"], account["password"])
        take_booking(page, url, departure="Lake Tana", name="Almaz", email="almaz.first@mail.example.org")
        seen = lambda: any("almaz.first@" in f.read_text() for f in (tmp_path / "mail").iterdir())  # noqa: E731
        wait_until(seen, "the mail", 3)
        page.reload()
        assert page.locator("text=Sent").count() >= 1
        flower_log_in = (tmp_path / "flower-log-in").read_text()
        wait_until(lambda: any(t["name"] == TASK for t in flower_tasks(flower_port, flower_log_in).values()), "Flower")
    finally:
        demo.send_signal(signal.SIGINT)
        assert demo.wait(30) == 0
