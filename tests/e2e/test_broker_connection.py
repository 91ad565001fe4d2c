import socket

import pytest

from config.broker import Connection
from tests.e2e.rabbit import Node

pytestmark = [pytest.mark.services, pytest.mark.e2e]


def test_a_line_that_breaks_under_a_message_is_made_again(rabbit: Node) -> None:
    """As beat's does when its node dies: kombu repairs it on another way than a first connection."""
    rabbit.empty()
    with Connection(rabbit.url) as line, Connection(rabbit.url) as other, other.SimpleQueue("tourdesk.test") as letters:
        producer = line.Producer()
        producer.publish("one", routing_key="tourdesk.test")
        line.connection.transport.sock.shutdown(socket.SHUT_RDWR)
        producer.publish("two", routing_key="tourdesk.test", retry=True)
        assert [letters.get(timeout=120).payload for _ in range(2)] == ["one", "two"]
