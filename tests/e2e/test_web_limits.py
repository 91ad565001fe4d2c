"""The web process as an operator starts it, with requests that want all of it."""

import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.e2e.conftest import Stack, database_environment
from tests.factories import make_message, make_user

pytestmark = [pytest.mark.services, pytest.mark.e2e]
MESSAGES = "/admin/notifications/message/"
EVIL = "html__regex=(.*)(.*)(.*)%5C1%5C2%5C3x"
MIB = 1024**2


@pytest.fixture
def web(transactional_db: None, tmp_path: Path) -> Iterator[Stack]:
    """Only the web: no broker is asked here."""
    (tmp_path / "tmp").mkdir()
    environment = {"CELERY_BROKER_URL": "memory://", "VAR_DIR": str(tmp_path), "TMPDIR": str(tmp_path / "tmp")}
    stack = Stack(database_environment() | environment, tmp_path)
    stack.start_web()
    yield stack
    stack.end()


class Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


def status_of(url: str, cookie: str = "") -> int:
    request = urllib.request.Request(url, headers={"Cookie": cookie})
    try:
        return int(urllib.request.build_opener(Stay).open(request, timeout=30).status)
    except urllib.error.HTTPError as error:
        return error.code


def test_eight_evil_lookups_at_once_keep_nobody_waiting(web: Stack) -> None:
    """Each of them alone once ran for minutes."""
    message = make_message()
    type(message).objects.filter(pk=message.pk).update(html="a" * 5000)
    client = Client()
    client.force_login(make_user("notifications.view_message"))
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    answers: list[int] = []

    def look() -> None:
        answers.append(status_of(f"{web.url}{MESSAGES}?{EVIL}", cookie))

    evil = [threading.Thread(target=look) for _ in range(8)]
    for thread in evil:
        thread.start()
    others = [status_of(f"{web.url}/healthz"), status_of(f"{web.url}{MESSAGES}", cookie)]
    for thread in evil:
        thread.join()
    assert (others, answers) == ([200, 200], [302] * 8)


def connect(web: Stack, headers: str) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", web.web_port), timeout=30)
    host = f"Host: 127.0.0.1:{web.web_port}"
    form = "Content-Type: multipart/form-data; boundary=x"
    line.sendall(f"POST /admin/login/ HTTP/1.1\r\n{host}\r\n{form}\r\n{headers}\r\n\r\n".encode())
    return line


def test_a_large_body_is_refused_before_it_is_sent(web: Stack) -> None:
    with connect(web, f"Content-Length: {300 * MIB}") as line:
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")
    assert list((web.folder / "tmp").iterdir()) == []


def test_a_large_body_in_chunks_is_cut(web: Stack) -> None:
    """The web hangs up: of 300 MB only what fits into the limit and the sockets' buffers leaves the client."""
    chunk, sent = b"100000\r\n" + b"x" * MIB + b"\r\n", 0
    with connect(web, "Transfer-Encoding: chunked") as line, suppress(OSError):
        while sent < 300:
            line.sendall(chunk)
            sent += 1
    assert sent < 100
    assert b"Too Large: /admin/login/" in web.log("web")
    assert list((web.folder / "tmp").iterdir()) == []
