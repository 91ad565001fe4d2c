"""The files under deploy/ and compose.yaml, as far as they run without Docker: a real nginx, a real Flower."""

import json
import shlex
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import ROOT, Stack, responds, wait_until
from tests.e2e.rabbit import free_port

pytestmark = pytest.mark.e2e
UNCHECKED = ssl.create_default_context()
UNCHECKED.check_hostname, UNCHECKED.verify_mode = False, ssl.CERT_NONE


class Application(BaseHTTPRequestHandler):
    """Stands where gunicorn does: /…/slow/ and exports take two seconds, /api/own/ is the application's own 413."""

    def do_GET(self) -> None:
        if "slow" in self.path or "export" in self.path:
            time.sleep(2)
        self.send_response(413 if "own" in self.path else 200)
        self.end_headers()
        self.wfile.write(b"own words")

    def log_message(self, *args: Any) -> None: ...


@pytest.fixture
def nginx(tmp_path: Path) -> Iterator[tuple[str, int]]:
    """deploy/nginx.conf with its time-outs of a minute made one second; its address, and the application's port."""
    https, http, application = free_port(), free_port(), free_port()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=desk.example.com",
         "-keyout", tmp_path / "desk.key", "-out", tmp_path / "desk.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    for old, new in {
        "/etc/ssl/": f"{tmp_path}/",
        "listen 443 ssl;": f"listen 127.0.0.1:{https} ssl; proxy_read_timeout 1s;",
        "listen 80;": f"listen 127.0.0.1:{http};",
        "127.0.0.1:8000": f"127.0.0.1:{application}",
    }.items():
        assert old in text
        text = text.replace(old, new)
    folders = "".join(
        f"{name}_temp_path {tmp_path}/{name}; " for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = tmp_path / "nginx.conf"
    config.write_text(f"events {{}} http {{ access_log off; {folders} {text} }}")
    command = [
        "nginx",
        "-e",
        f"{tmp_path}/log",
        "-p",
        str(tmp_path),
        "-c",
        str(config),
        "-g",
        f"pid {tmp_path}/pid; daemon off;",
    ]
    process = subprocess.Popen(command)
    wait_until(lambda: fetch(f"https://127.0.0.1:{https}/readyz")[0] == 404, "nginx")
    yield f"https://127.0.0.1:{https}", application
    process.terminate()
    process.wait(120)


@pytest.fixture
def application(nginx: tuple[str, int]) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", nginx[1]), Application)
    Thread(target=server.serve_forever, daemon=True).start()
    yield
    server.shutdown()
    server.server_close()


def fetch(url: str, body: bytes | None = None) -> tuple[int, str, str, str | None]:
    """Status, content type, body, Retry-After; 0 where nobody listens."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body), timeout=120, context=UNCHECKED) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode(), None
    except urllib.error.HTTPError as error:
        headers = error.headers
        return error.code, headers["Content-Type"], error.read().decode(), headers["Retry-After"]
    except OSError:
        return 0, "", "", None


@pytest.mark.proxy
def test_programs_get_json_from_the_proxy_itself(nginx: tuple[str, int]) -> None:
    url, _port = nginx
    status, kind, body, retry_after = fetch(f"{url}/api/departures/")
    assert (status, kind, json.loads(body)["code"], retry_after) == (502, "application/json", "unavailable", "10")
    status, kind, body, _retry_after = fetch(f"{url}/api/booking/", b"x" * 21 * 1024 * 1024)
    assert (status, kind, json.loads(body)["code"]) == (413, "application/json", "too_large")
    assert fetch(f"{url}/admin/")[:2] == (502, "text/html")


@pytest.mark.proxy
@pytest.mark.usefixtures("application")
def test_the_proxy_waits_longer_for_imports_and_exports_and_passes_the_applications_own_words(
    nginx: tuple[str, int],
) -> None:
    url, _port = nginx
    status, kind, body, retry_after = fetch(f"{url}/api/slow/")
    assert (status, kind, json.loads(body)["code"], retry_after) == (504, "application/json", "timeout", "30")
    assert fetch(f"{url}/admin/bookings/booking/export/")[2] == "own words"
    assert fetch(f"{url}/api/own/")[::2] == (413, "own words")


@pytest.mark.services
@pytest.mark.parametrize("prefix", ["", "flower"])
def test_composes_health_check_finds_flower_with_and_without_its_prefix(stack: Stack, prefix: str) -> None:
    port = free_port()
    stack.environment |= {"FLOWER_PORT": str(port), "FLOWER_URL_PREFIX": prefix}
    stack.start("flower", "celery", "-A", "config", "flower")
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    kind, command = services["flower"]["healthcheck"]["test"]
    command = command.replace("$$", "$").replace("5555", str(port))
    command = command.replace("python ", f"{shlex.quote(sys.executable)} ", 1)
    assert kind == "CMD-SHELL"
    wait_until(lambda: responds(f"http://127.0.0.1:{port}{prefix and '/' + prefix}/healthcheck"), "Flower")
    assert subprocess.run(command, shell=True, env=stack.environment, check=False).returncode == 0
