"""`make demo`: web, worker, beat and Flower in one terminal; the data under var/ is kept for the next time."""

import contextlib
import ctypes
import json
import os
import shlex
import signal
import sys
import threading
import time
import urllib.request
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from honcho import manager
from honcho.compat import ProcessManager
from honcho.process import Popen, Process

from config import embedded_broker, env, queues
from config.ports import refusal

PROCESSES = {
    "web": "gunicorn config.wsgi",
    "worker": "celery -A config worker -n worker@%h --loglevel INFO",
    "beat": "celery -A config beat --loglevel INFO",
    "flower": "celery -A config flower",
}
START_SECONDS = 90
STOP_SECONDS = 15  # an idle worker on the embedded broker needs some 5
PR_SET_PDEATHSIG: Final = 1


class Command(BaseCommand):
    help = "Migrate, set up, make the demo data once, then run web, worker, beat and Flower until Ctrl-C."

    def handle(self, *_args: Any, **_options: Any) -> None:
        port, flower_port = env.port("PORT", 8000), env.port("FLOWER_PORT", 5555)
        if sentence := refusal(port, flower_port):
            raise CommandError(sentence)
        self.prepare()
        threading.Thread(target=self.greet, args=(port, flower_port), daemon=True).start()
        sys.exit(run(port, flower_port))

    def prepare(self) -> None:
        settings.STATIC_ROOT.mkdir(exist_ok=True)
        call_command("migrate", verbosity=0)
        call_command("setup")
        if not (settings.VAR_DIR / "demo-logins.json").exists():
            self.stdout.write("Making the demo data (only the first time) …")
            call_command("demo_data")
        if (broker := settings.VAR_DIR / "broker").is_dir():
            embedded_broker.forget_listeners(broker, queues.QUEUES)
        connections.close_all()

    def greet(self, port: int, flower_port: int) -> None:
        """Say where to go, once the web answers."""
        deadline = time.monotonic() + START_SECONDS
        while not answers(f"http://127.0.0.1:{port}/healthz"):
            if time.monotonic() > deadline:
                return
            time.sleep(0.3)
        self.stdout.write(greeting(port, flower_port))


class MainProcessFirst(ProcessManager):  # type: ignore[misc]
    """TERM goes to the main process alone: the worker's children end the mail they are at (as KillMode=mixed does)."""

    def terminate(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


class Leashed(Process):  # type: ignore[misc]
    """Ends when its parent does, even if that was killed: what is left would hold the ports and the broker."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._child_ctor = partial(Popen, preexec_fn=partial(end_with_parent, signal.SIGTERM))

    def run(self, *args: Any, **kwargs: Any) -> None:
        end_with_parent(signal.SIGKILL)  # it ignores TERM, and only passes on what its command says
        super().run(*args, **kwargs)


def end_with_parent(with_signal: signal.Signals) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, with_signal)


class Supervisor(manager.Manager):  # type: ignore[misc]
    """honcho's manager: one ends, all end; process groups that are still there after STOP_SECONDS are killed."""

    def __init__(self) -> None:
        super().__init__()
        self._procmgr = MainProcessFirst()
        self._process_ctor = Leashed
        manager.KILL_WAIT = STOP_SECONDS


def run(port: int, flower_port: int) -> int:
    """The exit code: 0 when asked to stop, else that of the process that ended, and never 0."""
    supervisor = Supervisor()
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "PORT": str(port), "FLOWER_PORT": str(flower_port)}
    for name, command in PROCESSES.items():
        supervisor.add_process(name, in_shell(command), env=environment)
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))  # the terminal was closed
    supervisor.loop()
    if supervisor.returncode in {128 + signal.SIGINT, 128 + signal.SIGTERM}:
        return 0
    return supervisor.returncode or 1


def in_shell(command: str) -> str:
    """A module and its arguments, as honcho's shell reads it: our folder's name may hold anything."""
    return f"exec {shlex.quote(sys.executable)} -m {command}"


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310 (our own address)
            return bool(response.status == 200)
    except OSError:
        return False


def greeting(port: int, flower_port: int) -> str:
    lines = [
        "",
        "Tourdesk runs. Ctrl-C stops it; the data stays.",
        f"  Back office  http://127.0.0.1:{port}/admin/",
        f"  API          http://127.0.0.1:{port}/api/docs/",
        f"  Flower       http://127.0.0.1:{flower_port}/",
        f"  Mails        {settings.VAR_DIR / 'mail'}",
        "Log-ins",
    ]
    file = settings.VAR_DIR / "demo-logins.json"
    accounts = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    lines += [f"  {role:<12} {account['username']}  {account['password']}" for role, account in accounts.items()]
    user, _, password = env.flower_log_in(settings.VAR_DIR, required=not settings.EMBEDDED).partition(":")
    lines += [f"  {'Flower':<12} {user}  {password}", ""]
    return "\n".join(lines)
