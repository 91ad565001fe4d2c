"""Talking to Chapa: strict about time and size, and never raising, whatever comes back."""

import json
import os
import ssl
import time
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, lru_cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx

MOST_BYTES = 1024 * 1024
MOST_SECONDS = 20  # for a whole answer: a time-out counts from one piece of it to the next
LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=5, keepalive_expiry=5)


class _TooLong(Exception):  # noqa: N818 (what happened, not whose fault)
    """The answer was larger, or took longer, than any real one."""


@dataclass(frozen=True)
class Reply:
    """What came back. `code` is 0 when nothing did; `body` is None unless it was a JSON object; `problem` says why."""

    code: int
    body: dict[str, Any] | None = None
    problem: str = ""

    @property
    def fine(self) -> bool:
        return 200 <= self.code < 300


@dataclass(frozen=True)
class ChapaApi:
    """How Chapa's API is called. `connect` and `read` are seconds."""

    key: str = field(repr=False)
    base_url: str
    connect: float
    read: float

    def ask(
        self,
        method: str,
        path: str,
        *,
        json_body: dict[str, Any] | None = None,
        form: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
    ) -> Reply:
        """One request, sent once. A GET has no body: Chapa answers one that has with an HTML page."""
        try:
            client = _client(self.key, self.base_url, os.getpid())
            timeout = httpx.Timeout(self.read, connect=self.connect)
            with client.stream(method, path, json=json_body, data=form, params=query, timeout=timeout) as response:
                return _read(response.status_code, _body(response))
        except httpx.TimeoutException:
            return Reply(0, problem="Chapa did not answer in time.")
        except (_TooLong, httpx.DecodingError):
            return Reply(0, problem="Chapa's answer was too long or unreadable.")
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
            return Reply(0, problem=f"Chapa could not be reached ({type(error).__name__}).")


@lru_cache(maxsize=4)
def _client(key: str, base_url: str, _pid: int) -> httpx.Client:
    """One a process and key: what was connected before a fork belongs to the parent."""
    headers = {
        "Authorization": f"Bearer {key}",
        "Accept": "application/json",
        "Accept-Encoding": "identity",  # so that a small answer can't unfold into a large one
        "User-Agent": "Tourdesk",
    }
    # A proxy of the environment is for the world outside.
    outside = not is_loopback(base_url)
    return httpx.Client(
        base_url=base_url, headers=headers, follow_redirects=False, limits=LIMITS, trust_env=outside, verify=_trusted()
    )


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates count. Reading them takes 30 ms of CPU."""
    return httpx.create_ssl_context()


def is_loopback(url: str) -> bool:
    """Whether this address is on our own machine: only tests and trials have such a provider."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _body(response: httpx.Response) -> bytes:
    end = time.monotonic() + MOST_SECONDS
    body = b""
    for piece in response.iter_bytes():
        body += piece
        if len(body) > MOST_BYTES or time.monotonic() > end:
            raise _TooLong
    return body


def _read(code: int, raw: bytes) -> Reply:
    """Numbers with a point become Decimal, never float; NaN and Infinity stay words, which no amount is."""
    try:
        body = json.loads(raw.decode("utf-8"), parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError):
        body = None
    if isinstance(body, dict):
        return Reply(code, body)
    return Reply(code, problem=f"Chapa did not answer in a form that we understand (HTTP {code}).")
