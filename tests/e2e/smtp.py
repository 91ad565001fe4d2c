"""A real SMTP server in this process, which keeps what it gets and can be slow."""

import asyncio
import email
import time
from email.message import Message as Mail
from typing import Any

from aiosmtpd.controller import Controller

from tests.e2e.rabbit import free_port


class Inbox:
    """`mails` are the accepted mails in order; each takes `seconds` before it is acknowledged."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.seconds = 0.0
        self.port = free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        self.mails.append(email.message_from_bytes(envelope.content))
        if self.seconds:
            await asyncio.sleep(self.seconds)
        return "250 OK"

    def ids(self) -> list[str]:
        return [mail["Message-ID"] for mail in self.mails]

    def wait_for(self, number: int, seconds: float = 120) -> list[Mail]:
        deadline = time.monotonic() + seconds
        while len(self.mails) < number and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.mails
