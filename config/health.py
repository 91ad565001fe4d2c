"""/healthz: this process answers. /readyz: what it needs is there, and the workers and beat are alive."""

import threading
from collections.abc import Callable

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from config.readiness import NEEDED, PARTS, readiness

ANSWER_SECONDS = 2.5  # of a probe, whatever hangs


class HealthMiddleware:
    """The first in the row: probes come over plain HTTP with the machine's own address as Host."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.running = threading.Lock()  # held by the one thread that asks

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})
        if request.path == "/readyz":
            state = self.ask()
            status = 200 if all(state[part] == "ok" for part in NEEDED) else 503
            response = JsonResponse(state, status=status, headers={"Cache-Control": "no-store"})
            response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001 (no error line each probe)
            return response
        return self.get_response(request)

    def ask(self) -> dict[str, str]:
        """The state after ANSWER_SECONDS at the most: a frozen server must not take the web's threads, one a probe."""
        state = dict.fromkeys(PARTS, "down")
        if not self.running.acquire(timeout=ANSWER_SECONDS):
            return state  # an earlier question still hangs

        def run() -> None:
            try:
                readiness(state, now=timezone.now())
            finally:
                connection.close()
                self.running.release()

        asking = threading.Thread(target=run, name="readiness", daemon=True)
        asking.start()
        asking.join(ANSWER_SECONDS)
        return dict(state)
