"""What a unit of Type=notify waits for, and what a reload of the web needs."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config import workers

ROOT = Path(__file__).resolve().parents[2]
ALONE = """
import runpy, sys
runpy.run_path("gunicorn.conf.py")
print(sorted({name.partition(".")[0] for name in sys.modules} & {"config", "django", "celery", "bookings", "environ"}))
"""


def test_a_worker_that_takes_tasks_tells_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        workers.tell_systemd()
        assert systemd.recv(100) == b"READY=1"


def test_without_systemd_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    workers.tell_systemd()


@pytest.mark.slow
def test_gunicorns_main_process_has_nothing_of_a_release_that_its_children_would_inherit() -> None:
    environment = os.environ | {"DATABASE_URL": "", "CELERY_BROKER_URL": ""}  # it looks at both before it serves
    run = subprocess.run(
        [sys.executable, "-c", ALONE],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )
    assert run.stdout == "[]\n"
