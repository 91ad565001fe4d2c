"""Reports of a real web process and a real worker, as they reach the collector of reports."""

import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.collector import NEEDLES, broken_house, collecting, request_parts
from tests.e2e.conftest import ROOT, Stack, wait_until

pytestmark = pytest.mark.e2e
PUBLISH = "import django; django.setup(); from notifications import dispatch; dispatch.publish('bookings.broken', 7)"


def test_web_and_worker_tell_nothing_of_people(tmp_path: Path) -> None:
    with collecting() as collector:
        stack = Stack(broken_house(tmp_path, collector) | {"SITE_URL": "", "ALLOWED_HOSTS": ""}, tmp_path)
        try:
            manage = [sys.executable, "manage.py", "migrate", "-v", "0"]
            subprocess.run(manage, cwd=ROOT, env=stack.environment, check=True)
            path, body, headers = request_parts()
            request = urllib.request.Request(stack.start_web() + path, body, headers)
            with pytest.raises(urllib.error.HTTPError, match="500"):
                urllib.request.urlopen(request, timeout=120)
            stack.start("worker", "celery", "-A", "config", "worker", "-I", "broken", "-c", "1", "-l", "INFO")
            wait_until(lambda: b" ready." in stack.log("worker"), "the worker")
            subprocess.run([sys.executable, "-c", PUBLISH], cwd=ROOT, env=stack.environment, check=True)
            told = (b"/pay/{token}/", b'"transaction":"bookings.broken"')
            wait_until(lambda: all(what in b"".join(collector.envelopes) for what in told), "the reports")
        finally:
            stack.end()
        assert collector.found() == []
        # In the log: neither keys nor addresses nor numbers.
        logs = (stack.log("web") + stack.log("worker")).decode()
        assert [what for what in ("email", "phone", "token", "key", "cookie") if NEEDLES[what] in logs] == []
