"""What Sentry would receive: a server of our own that keeps each envelope as the SDK sent it."""

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

# What a customer, a clerk or another system sends, and must not be found in any report.
NEEDLES = {
    "name": "Almaz-Needle",
    "lower name": "yonas-needle",
    "email": "needle@mail.example.org",
    "phone": "+251911223344",
    "token": "TD-7K3M9QX2.s3cret-needle",
    "key": "pReFiX12.kEyNeEdLekEyNeEdLekEyNeEdLek",
    "cookie": "cookie-needle",
    "reason": "an illness that is nobody else's business",
}
SETTINGS = """
from config.settings import *
ROOT_URLCONF = "broken"
LOG_LEVEL = "INFO"
"""
BROKEN = f"""
import logging
from celery import shared_task
from django.contrib import admin
from django.db import IntegrityError
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
N = {NEEDLES!r}
def fail(*args):
    name, reason = N["name"], N["reason"]
    logging.getLogger("some.library").error(f"no mail for {{N['email']}}")
    logging.getLogger("bookings").error("no mail for %s", N["email"])
    try:
        raise ValueError(f"{{name}} {{N['lower name']}} has no number {{N['phone']}}: {{reason}}")
    except ValueError as error:
        text = f"duplicate key\\nDETAIL:  Key (email)=({{N['email']}}) already exists."
        raise IntegrityError(text) from error
@csrf_exempt
def view(request, token):
    request.POST.get("name"), request.session
    fail(token)
@shared_task(name="bookings.broken")
def task(number):
    fail(number)
urlpatterns = [
    path("admin/", admin.site.urls),
    path("pay/<str:token>/", view),
    path("healthz", lambda request: HttpResponse("ok")),
]
"""


class Collector:
    def __init__(self) -> None:
        self.envelopes: list[bytes] = []
        envelopes = self.envelopes

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                coded = self.headers.get("Content-Encoding")
                assert coded in (None, "gzip"), coded
                envelopes.append(gzip.decompress(body) if coded else body)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)

    @property
    def dsn(self) -> str:
        return f"http://public@127.0.0.1:{self.server.server_port}/1"

    def found(self) -> list[str]:
        """The needles that stand in any envelope."""
        everything = b"\n".join(self.envelopes).decode("utf-8", "replace")
        return needles_in(everything)


def needles_in(text: str) -> list[str]:
    return [what for what, needle in NEEDLES.items() if needle in text]


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()
    threading.Thread(target=collector.server.serve_forever, daemon=True).start()
    try:
        yield collector
    finally:
        collector.server.shutdown()
        collector.server.server_close()


def broken_house(folder: Path, collector: Collector) -> dict[str, str]:
    """The environment of a house with one page and one task that fail with people's data in their hands."""
    (folder / "broken.py").write_text(BROKEN)
    (folder / "broken_settings.py").write_text(SETTINGS)
    return {
        "PYTHONPATH": str(folder),
        "DJANGO_SETTINGS_MODULE": "broken_settings",
        "VAR_DIR": str(folder / "var"),
        "DATABASE_URL": "",
        "CELERY_BROKER_URL": "",
        "SENTRY_DSN": collector.dsn,
        "LOG_FORMAT": "json",
    }


def request_parts() -> tuple[str, bytes, dict[str, str]]:
    """Path with query, body and headers of a request that is full of needles."""
    body = f"name={NEEDLES['name']}&email={NEEDLES['email']}&reason={NEEDLES['reason']}".encode()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Referer": f"http://127.0.0.1/pay/{NEEDLES['token']}/",
        "Cookie": f"sessionid={NEEDLES['cookie']}; csrftoken={NEEDLES['cookie']}",
        "Authorization": f"Api-Key {NEEDLES['key']}",
        "User-Agent": NEEDLES["name"],
    }
    return f"/pay/{NEEDLES['token']}/?email={NEEDLES['email']}&key={NEEDLES['key']}", body, headers
