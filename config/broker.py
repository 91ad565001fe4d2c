"""The line to the broker: several nodes count as one, and what is away is asked again every few seconds."""

import logging
import queue
import threading
from typing import Any

import amqp
import kombu
from celery.app.amqp import AMQP

from notifications.outages import Outage

LONGEST_WAIT = 3  # seconds between two tries; kombu's own 30 would keep mails waiting after an outage
ANSWER_SECONDS = 2.0

outage = Outage("The broker", logging.getLogger(__name__))


App = Any  # celery.Celery, of whichever task class


class Connection(kombu.Connection):
    """kombu's, for workers, beat and Flower alike: none of them lets its patience be set."""

    def _ensure_connection(  # in kombu's order: it gives the first five by place when a line breaks under a message
        self,
        errback: Any = None,
        max_retries: int | None = None,
        interval_start: int = 1,
        interval_step: int = 2,
        interval_max: int = LONGEST_WAIT,
        *rest: Any,
        **options: Any,
    ) -> Any:
        """Its caller's own words for each try (`errback`) would fill the log, so ours stand in for them."""
        tell = errback and (lambda error, _wait: outage.failed(error, f"({self.as_uri()})"))
        line = super()._ensure_connection(
            tell, max_retries, interval_start, interval_step, interval_max, *rest, **options
        )
        outage.over()
        return line


class Amqp(AMQP):
    Connection = Connection


def working_node(app: App) -> str:
    """The address of a node that takes messages: the first to answer of all that are asked at once.

    Raises the error of the last one when none does within ANSWER_SECONDS.
    """
    nodes: list[str] = app.conf.broker_write_url.split(";")
    if len(nodes) == 1:
        ask(app, nodes[0])
        return nodes[0]
    answers: queue.Queue[tuple[str, Exception | None]] = queue.Queue()
    for node in nodes:
        threading.Thread(target=_ask, args=(app, node, answers), name="broker check", daemon=True).start()
    failure: Exception = TimeoutError()
    for _ in nodes:
        try:
            node, error = answers.get(timeout=ANSWER_SECONDS)
        except queue.Empty:
            break
        if error is None:
            return node
        failure = error
    raise failure


def _ask(app: App, node: str, answers: "queue.Queue[tuple[str, Exception | None]]") -> None:
    try:
        ask(app, node)
    except Exception as error:  # noqa: BLE001 (whatever a driver raises, this node is down)
        answers.put((node, error))
    else:
        answers.put((node, None))


def ask(app: App, node: str) -> None:
    """On a connection of its own, CELERY_BROKER_CONNECTION_TIMEOUT (1 s) for the way in and for each answer.

    RabbitMQ in an alarm (disk, memory) lets everybody in, reads one message and then nothing more, not even a goodbye.
    """
    with app.connection_for_write(node) as broker:
        line = broker.transport.establish_connection()
        try:
            if isinstance(line, amqp.Connection):
                line.transport.sock.settimeout(broker.connect_timeout)
                line.channel().basic_publish_confirm(amqp.Message(""), routing_key="tourdesk.readyz")  # to no queue
            broker.transport.close_connection(line)
        except OSError:
            line.collect()
            raise
