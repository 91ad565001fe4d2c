"""A provider for tests: a small HTTP server that speaks Chapa's documented API and does as it is told.

In a test, take the fixture `provider`. As a process of its own, `python -m tests.provider PORT`, it is told what to
do by POST /_control {"do": "mark", "args": {...}}; `Remote(port)` says it in Python: Remote(port).do("mark", …).
"""

import hashlib
import hmac
import json
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from tests.chapa_book import Book, Reply, Tx, event_body, failed
from tests.provider_faults import CALLS, Fault
from tests.provider_http import Handler, Request, Server, send

TEST_KEY = "CHASECK_TEST-only-for-tests-0001"
LIVE_KEY = "CHASECK-only-for-tests-0002"
WEBHOOK_SECRET = "whsec-only-for-tests"


class Provider:
    """Chapa as far as tests need it. Thread-safe. `requests` are in the order in which they came."""

    key, live_key, webhook_secret = TEST_KEY, LIVE_KEY, WEBHOOK_SECRET

    def __init__(self, port: int = 0) -> None:
        self.lock = threading.RLock()
        self.requests: list[Request] = []
        self.faults: dict[str, list[Fault]] = {}
        self.closing = threading.Event()
        self.port = port
        self.up()
        self.book = Book(self.origin)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        return f"{self.origin}/v1"

    def up(self) -> None:
        """Answer on the port, the same one as before."""
        self.closing.clear()
        self.server = Server(("127.0.0.1", self.port), Handler)
        self.server.provider = self
        self.port = self.server.server_address[1]
        # Looks often whether it is to stop: a test shouldn't wait for it.
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def down(self) -> None:
        """Nobody listens any more; what is known stays."""
        self.closing.set()
        self.server.shutdown()
        self.server.server_close()

    # --- what happens at the provider -----------------------------------------------------------
    def mark(self, tx_ref: str, status: str, *, says: dict[str, Any] | None = None, **changes: Any) -> None:
        """Set verify's data.status ("unpaid": 404, not paid yet).

        `changes` (amount=1, mode="live", …) are laid over its data, and so is `says`, for a name such as tx_ref.
        """
        with self.lock:
            tx = self.book.txs[tx_ref]
            tx.status, tx.changes = status, changes | (says or {})

    def pay(self, tx_ref: str, **changes: Any) -> None:
        self.mark(tx_ref, "success", **changes)

    def add(self, tx_ref: str, amount: str, currency: str = "ETB", mode: str = "test", **fields: Any) -> Tx:
        """A transaction that nobody here began. `fields` are Tx's own: status, created_at, reference."""
        with self.lock:
            tx = self.book.add(tx_ref, Decimal(amount), currency, mode)
            for name, value in fields.items():
                setattr(tx, name, value)
            return tx

    def set_refund(self, ref: str, status: str) -> None:
        """initiated, processing, refunded or reversed."""
        with self.lock:
            self.book.refunds[ref].status = status

    # --- how it behaves -------------------------------------------------------------------------
    def tell(self, call: str, kind: str, **how: Any) -> None:
        """Misbehave in this call as provider_faults.Fault says; several told are done one after the other."""
        if call not in CALLS:
            raise ValueError(f"{call} is none of {', '.join(CALLS)}")
        with self.lock:
            self.faults.setdefault(call, []).append(Fault(kind, **how))

    def behave(self) -> None:
        """Answer well again."""
        with self.lock:
            self.faults.clear()

    def next_fault(self, call: str) -> Fault | None:
        with self.lock:
            waiting = self.faults.get(call, [])
            if not waiting:
                return None
            fault = waiting[0]
            if fault.times is not None:
                fault.times -= 1
                if fault.times <= 0:
                    waiting.pop(0)
            return fault

    # --- what it saw ----------------------------------------------------------------------------
    def count(self, call: str, name: str | None = None) -> int:
        with self.lock:
            return len(self.seen(call, name))

    def seen(self, call: str, name: str | None = None) -> list[Request]:
        with self.lock:
            return [r for r in self.requests if r.call == call and name in (None, r.name)]

    def orders(self) -> list[dict[str, Any]]:
        """The bodies of initialize."""
        return [json.loads(request.body) for request in self.seen("initialize")]

    # --- webhooks -------------------------------------------------------------------------------
    def webhook(self, event: str, tx_ref: str, **changes: Any) -> tuple[bytes, dict[str, str]]:
        """(raw body, headers) of a signed event; `changes` are laid over the body before it is signed."""
        with self.lock:
            body = event_body(event, self.book.txs[tx_ref]) | changes
        raw = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        return raw, signed(raw, self.webhook_secret)

    def webhook_text(self, event: str, tx_ref: str, **changes: Any) -> dict[str, Any]:
        raw, headers = self.webhook(event, tx_ref, **changes)
        return {"body": raw.decode(), "headers": headers}

    def post_webhook(self, url: str, event: str, tx_ref: str, **changes: Any) -> int:
        """Send it; the HTTP code of the answer."""
        raw, headers = self.webhook(event, tx_ref, **changes)
        return send(urllib.request.Request(url, raw, headers, method="POST"))[0]

    # --- answers --------------------------------------------------------------------------------
    def reply(self, call: str, name: str, headers: dict[str, str], body: str) -> Reply:
        key = headers.get("authorization", "").removeprefix("Bearer ")
        mode = {TEST_KEY: "test", LIVE_KEY: "live"}.get(key)
        if mode is None:
            return failed(401, "Invalid API Key or User doesn't exist" if key else "Authorization required")
        if call == "initialize" and "application/json" not in headers.get("content-type", ""):
            text = "Please check if content-type is present and set to application/json"
            return failed(400, f"Incorrect header settings {text}")
        answers: dict[str, Callable[[], Reply]] = {
            "initialize": lambda: self.book.initialize(json.loads(body), mode),
            "verify": lambda: self.book.verify(name, mode),
            "cancel": lambda: self.book.cancel(name),
            "refund": lambda: self.book.refund(name, dict(parse_qsl(body)), mode),
            "refund_status": lambda: self.book.refund_status(name),
            "transactions": lambda: self.book.transactions(int(name)),
        }
        with self.lock:
            return answers[call]()


def signed(raw: bytes, secret: str) -> dict[str, str]:
    """The headers of an event as Chapa sends them: one bound to the body, and the constant that proves nothing."""
    key = secret.encode()
    return {
        "content-type": "application/json",
        "x-chapa-signature": hmac.new(key, raw, hashlib.sha256).hexdigest(),
        "chapa-signature": hmac.new(key, key, hashlib.sha256).hexdigest(),
    }


class Remote:
    """A provider in a process of its own. `do` takes the names of CONTROLS with keyword arguments."""

    def __init__(self, port: int) -> None:
        self.origin = f"http://127.0.0.1:{port}"
        self.base_url = f"{self.origin}/v1"

    def do(self, what: str, **args: Any) -> Any:
        raw = json.dumps({"do": what, "args": args}).encode()
        code, body = send(urllib.request.Request(f"{self.origin}/_control", raw, method="POST"))
        answer = json.loads(body)
        if code != 200:
            raise ValueError(answer["error"])
        return answer["result"]

    def wait(self, seconds: float = 60) -> None:
        """Until it answers."""
        deadline = time.monotonic() + seconds
        while True:
            try:
                urllib.request.urlopen(f"{self.origin}/_control", timeout=1).close()
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
            else:
                return


if __name__ == "__main__":
    Provider(int(sys.argv[1]))
    print(f"The test provider answers on 127.0.0.1:{sys.argv[1]}.", flush=True)  # noqa: T201
    threading.Event().wait()
