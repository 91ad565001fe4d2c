"""The line to the mail server: one a worker process, kept open between mails, and made anew when it is lost.

Django's SMTP backend never notices that an idle server hung up: every later send would fail. So a kept connection is
asked (NOOP) before it is used, and closed after any error, after MAX_MAILS and after MAX_IDLE_SECONDS.

EMAIL_TIMEOUT bounds the way in and small talk. A mail itself gets ANSWER_SECONDS: a server that looks into each mail
before it says 250 would otherwise take it, hear us hang up, and get it again.
"""

import contextlib
import os
import smtplib
import threading
import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from notifications.transactions import need_no_transaction

MAX_MAILS = 100
MAX_IDLE_SECONDS = 60
ANSWER_SECONDS = 60  # well below OUTBOX_LEASE_SECONDS; WORKER_SHUTDOWN_SECONDS is longer
KEPT_BACKENDS = ("django.core.mail.backends.smtp.", "anymail.backends.")


@dataclass
class _Kept:
    backend: Any
    pid: int
    mails: int = 0
    used_at: float = 0.0  # time.monotonic()


_local = threading.local()


def send(mail: EmailMultiAlternatives) -> None:
    """Send one mail to one recipient. Raises what the backend raises; then the connection is closed."""
    need_no_transaction()
    if not settings.EMAIL_BACKEND.startswith(KEPT_BACKENDS):
        get_connection().send_messages([mail])
        return
    kept = _usable()
    _wait_at_most(kept, ANSWER_SECONDS)
    try:
        kept.backend.send_messages([mail])
    except Exception:
        close()
        raise
    kept.mails += 1
    kept.used_at = time.monotonic()


def close() -> None:
    """Hang up; a server that is gone already is no error."""
    kept: _Kept | None = getattr(_local, "kept", None)
    _local.kept = None
    if kept is None or kept.pid != os.getpid():  # a forked child must not say QUIT on its parent's line
        return
    _wait_at_most(kept, settings.EMAIL_TIMEOUT)
    with contextlib.suppress(OSError, smtplib.SMTPException):
        kept.backend.close()


def _usable() -> _Kept:
    kept: _Kept | None = getattr(_local, "kept", None)
    if kept is None or not _is_alive(kept):
        close()
        kept = _Kept(get_connection(), os.getpid())
        _local.kept = kept  # before open(): what fails half-way is closed by the next
        try:
            kept.backend.open()
        except Exception:
            close()
            raise
    return kept


def _is_alive(kept: _Kept) -> bool:
    idle = time.monotonic() - kept.used_at
    if kept.pid != os.getpid() or kept.mails >= MAX_MAILS or idle > MAX_IDLE_SECONDS:
        return False
    line = getattr(kept.backend, "connection", None)
    if not isinstance(line, smtplib.SMTP):
        return True  # an HTTP session looks after itself
    _wait_at_most(kept, settings.EMAIL_TIMEOUT)
    try:
        return line.noop()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


def _wait_at_most(kept: _Kept, seconds: float) -> None:
    line = getattr(kept.backend, "connection", None)
    if isinstance(line, smtplib.SMTP) and line.sock:
        line.sock.settimeout(seconds)
