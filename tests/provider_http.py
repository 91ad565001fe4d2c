"""The test provider's HTTP: what comes in, which fault is due, what goes out, and what another process tells it."""

import contextlib
import json
import re
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.chapa_book import Reply, Tx
from tests.provider_faults import HTML

if TYPE_CHECKING:
    from tests.provider import Provider

ROUTES = (
    ("POST", re.compile(r"/v1/transaction/initialize\Z"), "initialize"),
    ("GET", re.compile(r"/v1/transaction/verify/(.*)\Z"), "verify"),
    ("PUT", re.compile(r"/v1/transaction/cancel/(.*)\Z"), "cancel"),
    ("POST", re.compile(r"/v1/refund/([^/]*)\Z"), "refund"),
    ("GET", re.compile(r"/v1/refund/([^/]*)/verify\Z"), "refund_status"),
    ("GET", re.compile(r"/v1/transactions\Z"), "transactions"),
)
CONTROLS = ("mark", "pay", "add", "tell", "behave", "webhook_text", "post_webhook", "count", "seen", "set_refund")


@dataclass(frozen=True)
class Request:
    """What came in. `name` is the tx_ref or reference that it was about; header names are lower-case."""

    call: str
    name: str
    path: str
    headers: dict[str, str]
    body: str


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    provider: "Provider"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name there)
        """Quiet."""

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        url = urlsplit(self.path)
        if url.path == "/_control":
            self.answer_json(*control(self.server.provider, body))
            return
        for method, pattern, call in ROUTES:
            if method == self.command and (match := pattern.match(url.path)):
                self.serve(call, self.name(call, match, body), body)
                return
        self.answer(404, "text/html", HTML)

    do_GET = do_POST = do_PUT = handle_any  # noqa: N815 (http.server calls them so)

    def name(self, call: str, match: re.Match[str], body: str) -> str:
        """What it is about: a tx_ref or reference, for the list its page."""
        if call == "transactions":
            return parse_qs(urlsplit(self.path).query).get("page", ["1"])[0]
        return unquote(match[1]) if match.groups() else _tx_ref(body)

    def serve(self, call: str, name: str, body: str) -> None:
        provider = self.server.provider
        headers = {header.lower(): value for header, value in self.headers.items()}
        with provider.lock:
            provider.requests.append(Request(call, name, self.path, headers, body))
        if self.command == "GET" and body:
            self.answer(400, "text/html", HTML)
            return
        fault = provider.next_fault(call)
        reply = provider.reply(call, name, headers, body) if fault is None or fault.takes_effect else None
        if fault and provider.closing.wait(fault.seconds):
            return
        if reply and (fault is None or fault.kind == "slow"):
            self.answer_json(*reply)
        elif fault and fault.kind == "drip":
            self.drip()
        elif fault and fault.kind != "drop":
            self.answer(*fault.answer())

    def drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        with contextlib.suppress(OSError):
            while not self.server.provider.closing.wait(0.02):
                self.wfile.write(b" ")

    def answer_json(self, code: int, payload: Any) -> None:
        self.answer(code, "application/json", json.dumps(payload, default=str).encode())

    def answer(self, code: int, content_type: str, body: bytes) -> None:
        try:
            self.send_response(code)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            if code == 302:
                self.send_header("Location", f"{self.server.provider.origin}/elsewhere")
            self.end_headers()
            self.wfile.write(body)
        except OSError:
            pass  # the caller didn't wait for it


def _tx_ref(body: str) -> str:
    try:
        return str(json.loads(body).get("tx_ref"))
    except ValueError:
        return ""


# --- told by another process ------------------------------------------------------------------------
def control(provider: "Provider", body: str) -> Reply:
    if not body:
        return 200, {"ready": True}
    order = json.loads(body)
    if order["do"] not in CONTROLS:
        return 404, {"error": f"{order['do']} is none of {', '.join(CONTROLS)}"}
    try:
        result = getattr(provider, order["do"])(**order.get("args", {}))
    except (KeyError, TypeError, ValueError) as error:
        return 400, {"error": repr(error)}
    if isinstance(result, list):
        result = [asdict(request) for request in result]
    return 200, {"result": asdict(result) if isinstance(result, Tx) else result}


def send(request: urllib.request.Request) -> tuple[int, bytes]:
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()
