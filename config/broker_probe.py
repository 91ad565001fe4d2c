"""Is the broker there, and does it let us in?"""

import ssl
from typing import Final
from urllib.parse import urlsplit

import amqp
from kombu import Connection

from config.probe_faults import ServerFault, away, unknown_host
from config.queues import EXCHANGE
from config.stand_ins import broker

BROKER_SECONDS: Final = 5  # RabbitMQ takes its time to refuse a password
NO_RIGHT: Final = 'a user without rights in it: rabbitmqctl set_permissions -p VHOST USER ".*" ".*" ".*"'


def broker_fault() -> ServerFault | None:
    """None when one node of a cluster lets us in."""
    urls = broker().split(";")
    if not urls[0].startswith("amqp"):
        return None
    found = []
    for url in urls:
        if not (fault := node_fault(url)):
            return None
        found.append(fault)
    return next((fault for fault in found if fault.lasting), found[0])


def node_fault(url: str) -> ServerFault | None:
    name, parts = "CELERY_BROKER_URL", urlsplit(url)
    if fault := unknown_host(name, [parts.hostname or "localhost"]):
        return fault
    where = f"{parts.hostname}:{parts.port or (5671 if parts.scheme == 'amqps' else 5672)}"
    try:
        with Connection(url, connect_timeout=BROKER_SECONDS) as broker:
            line = broker.transport.establish_connection()
            line.transport.sock.settimeout(BROKER_SECONDS)
            EXCHANGE(line.channel()).declare()  # as each worker does
            line.close()
    except ssl.SSLError:
        return ServerFault(
            name, f"fails over TLS at {where}; amqps:// wants the TLS port, 5671, and a certificate we trust"
        )
    except amqp.AccessRefused as error:
        logged_in = error.method_sig != (0, 0)
        return ServerFault(name, f"names {NO_RIGHT if logged_in else 'a user or password that RabbitMQ refuses'}")
    except amqp.NotAllowed:
        return ServerFault(name, f"names a vhost that isn't there (rabbitmqctl add_vhost VHOST), or {NO_RIGHT}")
    except (OSError, amqp.AMQPError):
        return away(name, f"RabbitMQ at {where}")
    return None
