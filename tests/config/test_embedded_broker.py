"""The embedded broker with several processes: nothing half-written is read, nothing is taken twice."""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from queue import Empty
from typing import TypeVar

import pytest
from kombu import Connection

from config import queues
from config.embedded_broker import forget_listeners

T = TypeVar("T")


def connect(folder: str) -> Connection:
    options = queues.settings("", Path(folder), "UTC")
    return Connection(
        "filesystem://localhost",
        transport=options["CELERY_BROKER_TRANSPORT"],
        transport_options=options["CELERY_BROKER_TRANSPORT_OPTIONS"],
    )


def publish(folder: str, start: int) -> None:
    with connect(folder) as connection, connection.SimpleQueue("mail") as queue:
        for number in range(start, start + 100):
            queue.put({"n": number})


def consume(folder: str, wanted: int) -> list[int]:
    found: list[int] = []
    with connect(folder) as connection, connection.SimpleQueue("mail") as queue:
        while len(found) < wanted:
            try:
                message = queue.get(timeout=120)
            except Empty:
                break
            found.append(message.payload["n"])
            message.ack()
    return found


def apart(work: Callable[..., T], *arguments: object) -> T:
    """In a process of its own: kombu keeps a transport's bindings for all its connections in one process."""
    with ProcessPoolExecutor(1) as pool:
        return pool.submit(work, *arguments).result()


@pytest.mark.e2e
def test_every_message_arrives_once_between_two_writers_and_two_readers(tmp_path: Path) -> None:
    folder = str(tmp_path)
    with ProcessPoolExecutor(4) as pool:
        readers = [pool.submit(consume, folder, 200) for _ in range(2)]
        writers = [pool.submit(publish, folder, start) for start in (0, 100)]
        for writer in writers:
            writer.result()
        arrived = [number for reader in readers for number in reader.result()]

    assert sorted(arrived) == list(range(200))


def test_messages_are_taken_oldest_first(tmp_path: Path) -> None:
    apart(publish, str(tmp_path), 0)

    assert apart(consume, str(tmp_path), 100) == list(range(100))


def test_new_start_forgets_listeners_and_keeps_waiting_tasks(tmp_path: Path) -> None:
    apart(publish, str(tmp_path), 0)
    broker = tmp_path / "broker"
    (broker / "messages" / "1_a.celeryev.gone.msg").touch()
    (broker / "processed" / "1_b.mail.msg").touch()

    forget_listeners(broker, queues.QUEUES)

    assert [*(broker / "control").iterdir(), *(broker / "processed").iterdir()] == []
    assert not (broker / "messages" / "1_a.celeryev.gone.msg").exists()
    assert apart(consume, str(tmp_path), 100) == list(range(100))
