"""A RabbitMQ node of the tests' own: started, stopped and started again without touching anybody else's."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import amqp
from kombu import Connection

SCRIPT = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # Debian's; the wrapper on PATH insists on its own user


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


CONTROL = "/usr/lib/rabbitmq/bin/rabbitmqctl"


class Node:
    def __init__(self, cookie: str = "") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tourdesk-rabbit-"))
        self.port = free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        self.process: subprocess.Popen[bytes] | None = None
        if cookie:  # nodes with the same one may form a cluster
            (self.folder / ".erlang.cookie").write_text(cookie)
            (self.folder / ".erlang.cookie").chmod(0o400)
        (self.folder / "enabled_plugins").write_text("[].")
        (self.folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\n")
        self.environment = os.environ | {
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": f"tourdesk{self.port}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_PID_FILE": str(self.folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
        }

    def start(self) -> None:
        with (self.folder / "out").open("ab") as out:
            self.process = subprocess.Popen(
                [str(SCRIPT)], env=self.environment, stdout=out, stderr=out, start_new_session=True
            )
        deadline = time.monotonic() + 180
        while not self._answers():
            if time.monotonic() > deadline:
                raise TimeoutError((self.folder / "out").read_text())
            time.sleep(0.2)

    def _answers(self) -> bool:
        try:
            Connection(self.url, connect_timeout=1).connect()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        """As in a power cut: durable queues are there again after the next start."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def queues(self) -> dict[str, str]:
        """{name: type}"""
        listing = self.control("-q", "--no-table-headers", "list_queues", "name", "type")
        return dict(line.split("\t") for line in listing.splitlines())

    def empty(self) -> None:
        """What another test has left in the queues."""
        with Connection(self.url) as connection:
            for name in ("mail", "default", "periodic"):
                with contextlib.suppress(amqp.NotFound):  # before the first worker
                    channel: Any = connection.channel()
                    channel.queue_purge(name)

    def purge(self, queue: str) -> None:
        self.control("purge_queue", queue)

    def join(self, other: "Node") -> None:
        for command in (["stop_app"], ["join_cluster", other.environment["RABBITMQ_NODENAME"]], ["start_app"]):
            self.control(*command)

    def control(self, *command: str) -> str:
        return subprocess.run(
            [CONTROL, *command], env=self.environment, capture_output=True, text=True, check=True
        ).stdout

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Cluster:
    """Several nodes that are one broker; `url` names them all."""

    def __init__(self, number: int) -> None:
        cookie = secrets.token_hex(10)
        self.nodes = [Node(cookie) for _ in range(number)]
        for node in self.nodes:
            node.start()
        for node in self.nodes[1:]:
            node.join(self.nodes[0])
        self.url = ";".join(node.url for node in self.nodes)

    def remove(self) -> None:
        for node in self.nodes:
            node.remove()
