"""Stops and reloads in the middle of work."""

import http.client
import os
import signal
import threading
from collections import Counter
from contextlib import suppress

import pytest

from notifications.models import Message
from tests.e2e.conftest import Stack, every_second, wait_until
from tests.e2e.smtp import Inbox
from tests.factories import make_message

pytestmark = [pytest.mark.services, pytest.mark.e2e]


@pytest.mark.parametrize("remapped", ["", "SIGQUIT"])
def test_a_busy_worker_ends_with_its_last_mail_and_the_other_takes_the_rest(
    stack: Stack, inbox: Inbox, remapped: str
) -> None:
    every_second("notifications.send_due_messages")
    stack.environment |= {"WORKER_SHUTDOWN_SECONDS": "600", "REMAP_SIGTERM": remapped, "OUTBOX_LEASE_SECONDS": "60"}
    inbox.seconds = 3
    make_message(recipient="first@mail.example.org")
    stack.start_beat()
    stack.start_worker()
    inbox.wait_for(1, seconds=180)
    stopping = stack.running.pop("worker")
    os.kill(stopping.pid, signal.SIGTERM)  # the main process alone, in the middle of the mail
    stack.start("other", "celery", "-A", "config", "worker", "-n", "other@%h", "-c", "1", "-l", "INFO")
    try:
        assert stopping.wait(180) == 0  # 600 s is only for what doesn't end
    finally:
        with suppress(ProcessLookupError):
            os.killpg(stopping.pid, signal.SIGKILL)
    assert Message.objects.get().status == "sent"
    make_message(recipient="second@mail.example.org")
    inbox.wait_for(2, seconds=180)
    assert [mail["To"] for mail in inbox.mails] == ["first@mail.example.org", "second@mail.example.org"]


def test_a_reload_loses_no_request(stack: Stack) -> None:
    stack.environment["WEB_CONCURRENCY"] = "2"
    address = stack.start_web().removeprefix("http://")
    answers: Counter[str] = Counter()
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            line = http.client.HTTPConnection(address, timeout=30)
            try:
                line.request("GET", "/admin/login/")
                answers[str(line.getresponse().status)] += 1
            except OSError as error:
                answers[type(error).__name__] += 1
            finally:
                line.close()

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for thread in asking:
        thread.start()
    try:
        for times in (1, 2):
            os.kill(stack.running["web"].pid, signal.SIGHUP)
            ended = 2 * times  # two processes each time
            wait_until(lambda n=ended: stack.log("web").count(b"Worker exiting") >= n, "the old processes to end", 90)
    finally:
        over.set()
        for thread in asking:
            thread.join()
    assert set(answers) == {"200"}
    assert stack.log("web").count(b"Booting worker") == 6
