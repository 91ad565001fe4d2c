"""An error report tells where in the code it happened; what people have sent and stored stays in the house."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.collector import Collector, broken_house, collecting, needles_in, request_parts

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow
ASK = """
import io, json, sys
import sentry_sdk
from config.wsgi import application
path, body, headers = json.loads(sys.argv[1])
path, _, query = path.partition("?")
environ = {"REQUEST_METHOD": "POST", "PATH_INFO": path, "QUERY_STRING": query, "CONTENT_LENGTH": str(len(body)),
    "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "REMOTE_ADDR": "127.0.0.1",
    "wsgi.input": io.BytesIO(body.encode()),
    "wsgi.url_scheme": "http", "wsgi.errors": sys.stderr,
    **{"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()},
    "CONTENT_TYPE": headers["Content-Type"]}
for path in (environ["PATH_INFO"], "/no/such/" + environ["PATH_INFO"]):
    application(environ | {"PATH_INFO": path}, lambda status, headers, exc_info=None: print(status))
sentry_sdk.flush(5)
"""


def events(collector: Collector) -> list[dict[str, Any]]:
    items = [json.loads(line) for envelope in collector.envelopes for line in envelope.splitlines() if line]
    return [item for item in items if "platform" in item]


def test_a_request_that_fails_is_told_without_its_data(tmp_path: Path) -> None:
    path, body, headers = request_parts()
    with collecting() as collector:
        result = subprocess.run(
            [sys.executable, "-c", ASK, json.dumps([path, body.decode(), headers])],
            env={"PATH": os.environ["PATH"]} | broken_house(tmp_path, collector) | {"LOG_FORMAT": "text"},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=180,
            check=True,
        )
    assert result.stdout.splitlines() == ["500 Internal Server Error", "404 Not Found"]
    assert collector.found() == []
    library, ours, failure = events(collector)
    assert library["logentry"]["message"] == "(left out: it may hold people's data)"
    assert ours["logentry"]["message"] == "no mail for %s"
    assert failure["transaction"] == "/pay/{token}/"
    assert [error["type"] for error in failure["exception"]["values"]] == ["ValueError", "IntegrityError"]
    frames = failure["exception"]["values"][-1]["stacktrace"]["frames"]
    assert (frames[-1]["filename"], frames[-1]["function"]) == ("broken.py", "fail")
    assert {"vars", "context_line", "pre_context", "post_context"} & {
        name for frame in frames for name in frame
    } == set()
    assert set(failure) & {"request", "breadcrumbs", "user", "extra", "server_name"} == set()
    # The log on the same machine keeps the words, but not what can be known for people's data.
    assert set(needles_in(result.stderr)) <= {"name", "lower name", "reason"}
