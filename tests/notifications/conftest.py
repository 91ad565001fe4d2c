"""A real SMTP server that can misbehave, and a look at what reached the broker."""

import asyncio
import json
import logging
import socket
import time
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as modern
from queue import Empty
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from celery import current_app
from pytest_django import Settings

from notifications import connection

Published = Callable[[int], list[tuple[str, list[int]]]]


class Mailbox:
    """Keeps what it accepts. `answers` are given in turn for RCPT or DATA; `hang_up_after_data` swallows the 250."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.sessions: list[Any] = []
        self.rcpt_answers: list[str] = []
        self.data_answers: list[str] = []
        self.hang_up_after_data = False
        self.data_delay = 0.0  # seconds until DATA is answered

    async def handle_EHLO(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, hostname: str, answers: list[str]
    ) -> Any:
        self.sessions.append(server)
        session.host_name = hostname
        return answers

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.rcpt_answers:
            return self.rcpt_answers.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.data_answers:
            return self.data_answers.pop(0)
        await asyncio.sleep(self.data_delay)
        self.mails.append(BytesParser(policy=modern).parsebytes(envelope.original_content))
        if self.hang_up_after_data:
            self.hang_up_after_data = False
            server.transport.abort()
        return "250 OK"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


class MailServer:
    def __init__(self) -> None:
        self.mailbox = Mailbox()
        self.controller = Controller(self.mailbox, hostname="127.0.0.1", port=free_port())

    def hang_up(self) -> None:
        """As a server does with a line that idles for too long."""
        for server in self.mailbox.sessions:
            self.controller.loop.call_soon_threadsafe(server.transport.close)
        time.sleep(0.1)


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[MailServer]:
    logging.getLogger("mail.log").setLevel("WARNING")
    server = MailServer()
    server.controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.controller.port
    settings.EMAIL_TIMEOUT = 60  # a busy machine is no silent server
    yield server
    connection.close()
    server.controller.stop()


@pytest.fixture
def published() -> Iterator[Published]:
    """published(n): the (task, arguments) of the n messages that are waited for, and of any that came beside."""

    def drain() -> list[tuple[str, list[int]]]:
        found = []
        with current_app.connection_for_read() as broker:
            for name in ("mail", "periodic", "default"):
                with broker.SimpleQueue(name) as queue:
                    try:
                        while True:
                            message = queue.get_nowait()
                            found.append((message.headers["task"], json.loads(message.body or "")[0]))
                            message.ack()
                    except Empty:
                        continue
        return found

    def wait_for(count: int) -> list[tuple[str, list[int]]]:
        found, deadline = drain(), time.monotonic() + (60 if count else 0.2)
        while len(found) < count and time.monotonic() < deadline:
            time.sleep(0.02)
            found += drain()
        return found + drain()

    drain()
    yield wait_for
    drain()
