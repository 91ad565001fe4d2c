"""Servers that go away and come back, under processes as an operator runs them."""

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest
from django_celery_beat.models import PeriodicTask
from django_celery_results.models import TaskResult

from bookings.models import ApiKey, Departure
from notifications.kinds import SWEEPER
from notifications.models import Message
from tests.e2e.conftest import Stack, every_second, responds, wait_until
from tests.e2e.money import Connection
from tests.e2e.proxy import Proxy
from tests.e2e.rabbit import Cluster, Node
from tests.e2e.smtp import Inbox
from tests.rest import ALL, leaving

pytestmark = [pytest.mark.services, pytest.mark.e2e]
PROCESSES = ("web", "worker", "beat")
CONFIRMATION = "notifications.send_booking_confirmation_email"


class Website:
    """Takes bookings through REST, as fast as it is told to."""

    def __init__(self, stack: Stack) -> None:
        _row, key = ApiKey.objects.create_key(name="website", scopes=ALL)
        self.departure: Departure = leaving(capacity=500)
        self.line = Connection(stack.url, Authorization=f"Api-Key {key}")
        self.number = 0

    def answer(self, path: str) -> tuple[int, str]:
        """(code, Retry-After)"""
        self.line.http.close()
        self.line.http.request("GET", path, headers=self.line.headers)
        response = self.line.http.getresponse()
        response.read()
        return response.status, response.headers.get("Retry-After", "")

    def book(self, times: int) -> None:
        for _ in range(times):
            self.number += 1
            email = f"guest{self.number}@mail.example.org"
            customer = {"name": "Almaz Tesfaye", "email": email, "user_id": str(self.number)}
            body = {"departure": self.departure.code, "party_size": 1, "customer": customer}
            self.line.http.close()  # the server hangs up on a line that idles
            code, answer = self.line.post_json("/api/booking/", body)
            assert code == 201, answer


@contextmanager
def away(node: Node) -> Iterator[None]:
    node.stop()
    try:
        yield
    finally:
        node.start()


def marks() -> list[tuple[str, bool]]:
    rows = Message.objects.order_by("pk").values_list("status", "published_at")
    return [(status, published_at is not None) for status, published_at in rows]


def test_mails_of_a_brokers_outage_go_out_once_each_when_it_is_back(stack: Stack, rabbit: Node, inbox: Inbox) -> None:
    every_second(SWEEPER)
    stack.start_web()
    stack.start_worker()
    stack.start_beat()
    website = Website(stack)
    website.book(2)
    inbox.wait_for(2)
    with away(rabbit):
        website.book(30)
        assert marks()[2:] == [("queued", False)] * 30
        runs = PeriodicTask.objects.get(name=SWEEPER).total_run_count
        wait_until(lambda: all(b"The broker is away" in stack.log(name) for name in PROCESSES), "all to notice it")
    wait_until(lambda: not Message.objects.exclude(status="sent").exists(), "all mails to be sent")
    website.book(1)
    inbox.wait_for(33)
    assert sorted(mail["To"] for mail in inbox.mails) == sorted(f"guest{n}@mail.example.org" for n in range(1, 34))
    assert PeriodicTask.objects.get(name=SWEEPER).total_run_count > runs
    # Each was published once, but for those whose confirmation was lost with the node.
    assert 33 <= TaskResult.objects.filter(task_name=CONFIRMATION).count() <= 36
    for name in PROCESSES:
        assert stack.log(name).count(b"Traceback") == 0
        assert 0 < stack.log(name).count(b"The broker is away") < 10


def test_a_queue_that_lost_its_messages_gets_them_again(stack: Stack, rabbit: Node, inbox: Inbox) -> None:
    """What the broker confirmed and then lost: a disk, a purge, a queue made anew."""
    every_second(SWEEPER)
    stack.start_web()
    stack.start_worker()
    stack.kill("worker", signal.SIGTERM)  # it has made the queues
    Website(stack).book(5)
    wait_until(lambda: marks() == [("queued", True)] * 5, "the broker's word")
    rabbit.purge("mail")
    stack.start_worker()
    stack.start_beat()
    inbox.wait_for(5)
    wait_until(lambda: not Message.objects.exclude(status="sent").exists(), "all mails to be sent")
    assert len(set(inbox.ids())) == len(inbox.ids()) == 5


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    cluster = Cluster(3)
    yield cluster
    cluster.remove()


def test_one_node_of_three_may_die(stack: Stack, cluster: Cluster, inbox: Inbox) -> None:
    every_second(SWEEPER)
    stack.environment["CELERY_BROKER_URL"] = cluster.url
    stack.start_web()
    stack.start_worker()
    stack.start_beat()
    website = Website(stack)
    website.book(2)
    inbox.wait_for(2)
    wait_until(lambda: responds(f"{stack.url}/readyz"), "everything to be well")
    cluster.nodes[0].stop()  # the first in the list, which they all were connected to
    answers = {responds(f"{stack.url}/readyz")}
    website.book(10)
    inbox.wait_for(12)
    answers |= {responds(f"{stack.url}/readyz") for _ in range(5)}
    assert answers == {True}
    assert sorted(set(inbox.ids())) == sorted(inbox.ids())
    assert len(inbox.mails) == 12


@pytest.fixture
def database(stack: Stack) -> Iterator[Proxy]:
    address = urlsplit(stack.environment["DATABASE_URL"])
    proxy = Proxy(address.port or 5432)
    stack.environment["DATABASE_URL"] = address._replace(netloc=f"{address.username}@127.0.0.1:{proxy.port}").geturl()
    yield proxy
    proxy.cut()


def test_a_database_that_is_away_is_503_and_a_line_in_each_log(stack: Stack, database: Proxy, inbox: Inbox) -> None:
    every_second(SWEEPER)
    stack.environment["WEB_CONCURRENCY"] = "2"
    stack.start_web()
    stack.start_worker()
    stack.start_beat()
    website = Website(stack)
    website.book(1)
    inbox.wait_for(1)
    wait_until(lambda: responds(f"{stack.url}/readyz"), "everything to be well")
    before = {name: len(stack.log(name)) for name in stack.running}
    database.cut()
    codes: Counter[tuple[int, str]] = Counter()
    for _ in range(30):
        for path in ("/admin/login/", "/api/departures/", "/pay/return/CHAPA-ABCDEFGH23456789/"):
            codes[website.answer(path)] += 1
    assert codes == {(503, "10"): 60, (200, ""): 30}  # the log-in form asks nothing of the database
    stack.start("second beat", "celery", "-A", "config", "beat", "-l", "INFO")
    wait_until(lambda: b"The database is away" in stack.log("second beat"), "a beat that waits")
    stack.kill("second beat")
    added = {name: stack.log(name)[size:] for name, size in before.items()}
    assert {name: text.count(b"Traceback") for name, text in added.items()} == dict.fromkeys(before, 0)
    assert added["web"].count(b"The database is away") == 2  # one of each process
    database.restore()
    website.book(3)
    inbox.wait_for(4)
    assert len(inbox.mails) == 4
    stack.start("third beat", "celery", "-A", "config", "beat", "-l", "INFO")  # its control queue is the first one's
    wait_until(lambda: b"RESOURCE_LOCKED" in stack.log("third beat"), "the broker's refusal")
    assert stack.log("third beat").count(b"Traceback") == 0
    assert stack.log("third beat").count(b"Another beat runs on this database") == 1
