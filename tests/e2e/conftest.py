"""Real parts: processes as an operator starts them, on the test's database, a RabbitMQ node and an SMTP server."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django import Settings

from tests.e2e.browsing import CHROMIUM
from tests.e2e.rabbit import Node, free_port
from tests.e2e.smtp import Inbox
from tests.provider import Provider

ROOT = Path(__file__).resolve().parents[2]


class Stack:
    """Tourdesk's processes. Each is the leader of its own group, so that a kill takes its children along."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.environment = os.environ | environment
        self.folder = folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.web_port = free_port()

    def start(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    def start_web(self) -> str:
        """The address it answers at."""
        address = f"127.0.0.1:{self.web_port}"
        self.start("web", "gunicorn", "config.wsgi", "--bind", address, "--threads", "4")
        wait_until(lambda: responds(f"{self.url}/healthz"), "the web process")
        return self.url

    def start_worker(self, concurrency: int = 1) -> None:
        self.start("worker", "celery", "-A", "config", "worker", "-c", str(concurrency), "-l", "INFO")
        wait_until(lambda: b" ready." in self.log("worker"), "the worker")

    def start_beat(self) -> None:
        self.start("beat", "celery", "-A", "config", "beat", "-l", "INFO")

    def kill(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        process = self.running.pop(name)
        os.killpg(process.pid, how)
        process.wait(120)

    def log(self, name: str) -> bytes:
        return (self.folder / f"{name}.log").read_bytes()

    def end(self) -> None:
        for name in list(self.running):
            self.kill(name)

    def report(self) -> None:
        """A test that fails shows what is printed here."""
        unsent = apps.get_model("notifications", "Message").objects.exclude(status="sent")
        rows = unsent.values("pk", "status", "published_at", "lease_expires_at", "due_at")[:20]
        logs = [f"--- {log.name}\n{log.read_text(errors='replace')[-5000:]}" for log in self.folder.glob("*.log")]
        print(*logs, *rows, sep="\n")  # noqa: T201


def wait_until(condition: Any, what: str, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds} s for {what}")
        time.sleep(0.1)


def responds(url: str) -> bool:
    try:
        return bool(urllib.request.urlopen(url, timeout=10).status == 200)
    except (urllib.error.URLError, OSError):
        return False


def flower_tasks(port: int, log_in: str) -> dict[str, Any]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/tasks")
    request.add_header("Authorization", "Basic " + b64encode(log_in.encode()).decode())
    with urllib.request.urlopen(request, timeout=60) as response:
        return dict(json.load(response))


def every_second(*names: str) -> None:
    """Beat publishes these tasks that often."""
    from django_celery_beat.models import IntervalSchedule, PeriodicTask  # Django isn't set up yet, up there

    interval, _created = IntervalSchedule.objects.get_or_create(every=1, period=IntervalSchedule.SECONDS)
    for task in PeriodicTask.objects.filter(task__in=names):
        task.interval, task.crontab = interval, None
        task.save()


def database_environment() -> dict[str, str]:
    """What lets another process use the test's own database."""
    db = connection.settings_dict
    return {"DATABASE_URL": f"postgres://{db['USER']}:{db['PASSWORD']}@{db['HOST']}:{db['PORT']}/{db['NAME']}"}


@pytest.fixture(autouse=True)
def quick_passwords() -> None:
    """Not here: the web process checks passwords as in production."""


@pytest.fixture(scope="session")
def rabbit() -> Iterator[Node]:
    node = Node()
    node.start()
    yield node
    node.remove()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    inbox = Inbox()
    inbox.controller.start()
    yield inbox
    inbox.controller.stop()


@pytest.fixture
def stack(transactional_db: None, rabbit: Node, inbox: Inbox, tmp_path: Path) -> Iterator[Stack]:
    """On the very database that the test itself reads through the ORM; the sweeper and leases are quick."""
    call_command("setup", verbosity=0)
    rabbit.empty()
    stack = Stack(
        database_environment()
        | {
            "CELERY_BROKER_URL": rabbit.url,
            "EMAIL_URL": f"smtp://127.0.0.1:{inbox.port}",
            "VAR_DIR": str(tmp_path),
            "FLOWER_BASIC_AUTH": "ops:only-for-tests",
            "WEB_CONCURRENCY": "1",  # each process takes more than a second to start
            "OUTBOX_REPUBLISH_SECONDS": "2",
            "OUTBOX_LEASE_SECONDS": "3",
        },
        tmp_path,
    )
    yield stack
    stack.end()
    stack.report()


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    """Chapa, in this process; services that the test calls itself use it, too."""
    provider = Provider()
    settings.CHAPA_SECRET_KEY = provider.key
    settings.CHAPA_WEBHOOK_SECRET = provider.webhook_secret
    settings.CHAPA_BASE_URL = provider.base_url
    settings.CHAPA_CHECKOUT_HOSTS = ["127.0.0.1"]
    yield provider
    provider.down()


@pytest.fixture
def house(stack: Stack, provider: Provider, settings: Settings) -> Stack:
    """Tourdesk's processes with that provider; as many API calls as a test likes."""
    settings.SITE_URL = stack.url
    stack.environment |= {
        "CHAPA_SECRET_KEY": provider.key,
        "CHAPA_WEBHOOK_SECRET": provider.webhook_secret,
        "CHAPA_BASE_URL": provider.base_url,
        "CHAPA_CHECKOUT_HOSTS": "127.0.0.1",
        "SITE_URL": stack.url,
        "API_RATE": "100000/min",
    }
    return stack


@pytest.fixture
def live_house(house: Stack, provider: Provider, settings: Settings) -> Stack:
    """With a live key: Chapa pays back in live mode only."""
    settings.CHAPA_SECRET_KEY = house.environment["CHAPA_SECRET_KEY"] = provider.live_key
    return house


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Browser]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright keeps a loop in the thread of the test
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        yield browser
        browser.close()
        connections.close_all()  # asgiref gave this thread's loop a connection of its own


@pytest.fixture
def page(browser: Browser) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(120_000)  # milliseconds, on a busy machine
    return page
