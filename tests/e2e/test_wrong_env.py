"""A wrong .env: every process ends with one line that names the variable and the cure, and no output has a secret."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests.e2e.conftest import ROOT, database_environment, wait_until
from tests.e2e.rabbit import Node, free_port

pytestmark = pytest.mark.e2e
NEEDLES = ("n33dle", "k3yk3y")
KEY = "k3yk3y-0123456789-abcdefghij-klmnopqrst-uvwxyz"
DATABASE = "postgres://desk:n33dle@127.0.0.1:1/desk"
GOOD = f"""\
SECRET_KEY={KEY}
SITE_URL=https://desk.example.org
TRUST_PROXY=true
FLOWER_BASIC_AUTH=ops:n33dle
EMAIL_URL=smtp://desk:n33dle@127.0.0.1
DATABASE_URL={DATABASE}
CELERY_BROKER_URL=amqp://desk:n33dle@127.0.0.1:1/desk
"""
PROCESSES = {
    "web": ["gunicorn", "config.wsgi"],
    "worker": ["celery", "-A", "config", "worker", "-n", "wrong@%h"],
    "beat": ["celery", "-A", "config", "beat"],
    "flower": ["celery", "-A", "config", "flower"],
}


def changed(old: str, new: str) -> bytes:
    assert old in GOOD
    return GOOD.replace(old, new).encode()


def added(line: str) -> bytes:
    return f"{GOOD}{line}\n".encode()


WRONG: dict[str, tuple[bytes, str]] = {
    "copied and not filled in": (b"SECRET_KEY=\nSITE_URL=https://desk.example.org\n", "DATABASE_URL and CELERY_BROKER"),
    "database left commented": (changed("DATABASE_URL", "#DATABASE_URL"), "DATABASE_URL must"),
    "broker left commented": (changed("CELERY_BROKER_URL", "#CELERY_BROKER_URL"), "CELERY_BROKER_URL must"),
    "database mistyped": (changed("DATABASE_URL", "DATABSE_URL"), "DATABSE_URL (line 6 of .env) is not known"),
    "broker mistyped": (changed("CELERY_BROKER_URL", "CELERY_BROKR_URL"), "CELERY_BROKR_URL (line 7 of .env) is not"),
    "key mistyped": (changed("SECRET_KEY", "SECRET_KYE"), "SECRET_KYE (line 1 of .env) is not known"),
    "colon for the equals sign": (changed("DATABASE_URL=", "DATABASE_URL: "), "in line 6"),
    "no equals sign": (changed("DATABASE_URL=", "DATABASE_URL "), "in line 6"),
    "quote not closed": (changed("ops:n33dle", "'ops:n33dle"), "in line 4"),
    "curly quotes": (changed("ops:n33dle", "“ops:n33dle”"), "in line 4"),
    "text after a quote": (changed("ops:n33dle", "'ops:n33dle'n33dle"), "in line 4"),
    "a line of its own": (added("n33dle"), "in line 8"),
    "twice": (added("SITE_URL=https://n33dle.example.org"), "SITE_URL in line 2 and again in line 8"),
    "nul": (added("OPS=n33dle\0"), "in line 8"),
    "utf-16": (GOOD.encode("utf-16"), "UTF-16"),
    "latin-1": (added("COMPANY_NAME=n33dlé").decode().encode("latin-1"), "in line 8"),
    "key is a placeholder": (changed("k3yk3y-", "change-me-"), "SECRET_KEY still"),
    "key is short": (changed("-0123456789-abcdefghij-klmnopqrst-uvwxyz", ""), "SECRET_KEY is too easy"),
    "key is one letter": (
        changed("k3yk3y-0123456789-abcdefghij-klmnopqrst-uvwxyz", "k" * 60),
        "SECRET_KEY is too easy",
    ),
    "database placeholder": (
        changed("desk:n33dle@127.0.0.1:1/desk\nCE", "user:password@host:5432/name\nCE"),
        "DATABASE",
    ),
    "@ in the database password": (changed("s://desk:n33dle@", "s://desk:n33dle@x@"), "DATABASE_URL has a character"),
    "/ in the database password": (changed("s://desk:n33dle@", "s://desk:1/n33dle@"), "DATABASE_URL has a character"),
    "# in the database password": (changed("s://desk:n33dle@", "s://desk:1#n33dle@"), "DATABASE_URL has a character"),
    "? in the broker password": (changed("amqp://desk:n33dle@", "amqp://desk:1?n33dle@"), "CELERY_BROKER_URL has a ch"),
    "% in the mail password": (changed("smtp://desk:n33dle@", "smtp://desk:1%n33dle@"), "EMAIL_URL has a character"),
    "mail password missing": (changed("smtp://desk:n33dle@", "smtp://desk@"), "EMAIL_URL has a user without"),
    "port is a word": (changed("127.0.0.1:1/desk\nCE", "127.0.0.1:n33dle/desk\nCE"), "DATABASE_URL wants"),
    "site with a path": (changed("desk.example.org", "desk.example.org/office"), "SITE_URL wants no path"),
    "site with a password": (changed("desk.example.org", "ops:n33dle@desk.example.org"), "SITE_URL wants"),
    "hosts without the site": (added("ALLOWED_HOSTS=office.example.org"), "ALLOWED_HOSTS lacks"),
    "hosts divided by spaces": (added("ALLOWED_HOSTS=desk.example.org localhost"), "ALLOWED_HOSTS wants"),
    "any host": (added("ALLOWED_HOSTS=*"), "ALLOWED_HOSTS wants"),
    "origin with a path": (added("CSRF_TRUSTED_ORIGINS=https://desk.example.org/"), "CSRF_TRUSTED_ORIGINS wants"),
    "time zone": (added("TIME_ZONE=Addis"), "TIME_ZONE wants"),
    "number with a unit": (added("OUTBOX_LEASE_SECONDS=120s"), "OUTBOX_LEASE_SECONDS wants"),
    "boolean mistyped": (added("DEBUG=flase"), "DEBUG wants"),
    "processes of the web": (added("WEB_CONCURRENCY=abc"), "WEB_CONCURRENCY wants"),
    "Flower's port": (added("FLOWER_PORT=5555/tcp"), "FLOWER_PORT wants"),
    "secret's file missing": (added("CHAPA_SECRET_KEY_FILE=/nowhere/n3"), "CHAPA_SECRET_KEY_FILE names a file"),
    "secret and its file": (added("SECRET_KEY_FILE=/etc/hostname"), "SECRET_KEY_FILE and SECRET_KEY"),
}
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code without a developer's .env and var/."""
    tree = tmp_path_factory.mktemp("a tree's") / "ጉዞ +%41"
    ignored = shutil.ignore_patterns(".*", "var", "staticfiles", "tests", "docs", "__pycache__")
    shutil.copytree(ROOT, tree, ignore=ignored)
    return tree


@pytest.fixture
def run(tree: Path) -> Run:
    def run(dotenv: bytes | str, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
        (tree / ".env").write_bytes(dotenv if isinstance(dotenv, bytes) else dotenv.encode())
        environment = {"PATH": os.environ["PATH"], "PORT": str(free_port()), "FLOWER_PORT": str(free_port())}
        environment = {
            name: value
            for name, value in environment.items()
            if f"{name}=".encode() not in (tree / ".env").read_bytes()
        }
        return subprocess.run(
            [sys.executable, *command],
            cwd=tree, env=environment | variables, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip

    return run


def assert_one_line(result: subprocess.CompletedProcess[str], named: str, process: str = "") -> None:
    """gunicorn and beat greet before they look at their servers."""
    output = result.stdout + result.stderr
    told = [line for line in output.splitlines() if "Tourdesk can't start: " in line]
    assert (result.returncode, len(told)) == (1, 1), output
    assert named in told[0]
    assert "Traceback" not in output
    assert [needle for needle in NEEDLES if needle in output] == []
    if process != "beat":
        assert len(output.splitlines()) <= (2 if process == "web" else 1), output


@pytest.mark.parametrize("case", WRONG)
def test_manage_py_ends_with_one_line(run: Run, case: str) -> None:
    dotenv, named = WRONG[case]

    assert_one_line(run(dotenv, "manage.py", "migrate"), named)


@pytest.mark.parametrize("process", PROCESSES)
@pytest.mark.parametrize("case", ["database mistyped", "processes of the web"])
def test_each_process_ends_with_the_same_line(run: Run, process: str, case: str) -> None:
    dotenv, named = WRONG[case]

    assert_one_line(run(dotenv, "-m", *PROCESSES[process]), named)


def test_flower_s_own_reading_of_the_process_environment_ends_with_it_too(run: Run) -> None:
    assert_one_line(run(GOOD, "-m", *PROCESSES["flower"], FLOWER_MAX_TASKS="many"), "FLOWER_MAX_TASKS wants")


def refuse_passwords(listener: socket.socket) -> None:
    """As PostgreSQL does; the one on a developer's machine may trust everybody."""
    fatal = b'SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed for user "desk"\0\0'
    while True:
        try:
            line, _ = listener.accept()
        except OSError:
            return
        with line:
            if line.recv(1024)[4:8] == b"\x04\xd2\x16\x2f":  # may we speak TLS?
                line.sendall(b"N")
                line.recv(1024)
            line.sendall(b"E" + (len(fatal) + 4).to_bytes(4) + fatal)


@pytest.fixture
def strict_database() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=refuse_passwords, args=(listener,), daemon=True).start()
        yield f"postgres://desk:n33dle@127.0.0.1:{listener.getsockname()[1]}/desk"
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("process", ["migrate", *PROCESSES])
def test_a_refused_database_password_ends_each(run: Run, strict_database: str, process: str) -> None:
    dotenv = changed(DATABASE, strict_database)
    command = ["-m", *PROCESSES[process]] if process in PROCESSES else ["manage.py", process]

    assert_one_line(run(dotenv, *command), "DATABASE_URL names a server that refuses user or password", process)


@pytest.mark.parametrize("command", [["setup"], ["createsuperuser", "--noinput", "--username=a", "--email=a@b.test"]])
def test_other_commands_end_so_too(run: Run, strict_database: str, command: list[str]) -> None:
    dotenv = changed(DATABASE, strict_database)

    assert_one_line(run(dotenv, "manage.py", *command), "DATABASE_URL names a server that refuses user or password")


@pytest.mark.parametrize("command", ["migrate", "setup", "runserver"])
def test_a_database_that_is_away_ends_a_command(run: Run, command: str) -> None:
    named = "DATABASE_URL names PostgreSQL at 127.0.0.1:1, which doesn't answer now"

    assert_one_line(run(GOOD, "manage.py", command), named)


def test_a_command_before_migrate_says_so(run: Run, tmp_path: Path) -> None:
    result = run(f"VAR_DIR={tmp_path}\n", "manage.py", "setup")

    said = "The database lacks this release's tables. Run: python manage.py migrate\n"
    assert (result.returncode, result.stdout, result.stderr) == (1, "", said)


def test_the_embedded_database_lies_where_the_folder_s_name_says(run: Run, tree: Path) -> None:
    """A + or % in it is no URL's."""
    result = run("", "manage.py", "migrate", "--verbosity=0")

    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr.startswith("Tourdesk: Stand-ins in use: SQLite (DATABASE_URL), ")
    assert (tree / "var/tourdesk.sqlite3").stat().st_size > 0


def told_by(process: str, faults: dict[str, str]) -> list[tuple[str, str]]:
    """All of them by one, the first by each: they ask the same functions."""
    return list(faults.items())[: None if process == "migrate" else 1]


@pytest.fixture
def own_database(transactional_db: None) -> str:
    return database_environment()["DATABASE_URL"]


@pytest.mark.services
@pytest.mark.parametrize("process", ["migrate", *PROCESSES])
def test_what_rabbitmq_refuses_ends_each(run: Run, own_database: str, rabbit: Node, process: str) -> None:
    command = ["-m", *PROCESSES[process]] if process in PROCESSES else ["manage.py", process]
    good = changed(DATABASE, own_database).decode()
    address = f"127.0.0.1:{rabbit.port}"
    faults = {
        f"amqp://guest:n33dle@{address}//": "a user or password that RabbitMQ refuses",
        f"amqp://guest:guest@{address}/nowhere": "a vhost that isn't there",
        f"amqps://guest:guest@{address}//": "fails over TLS",
        f"amqp://guest:guest@{'x' * 64}//": "isn't found",
    }
    for url, named in told_by(process, faults):
        result = run(good.replace("amqp://desk:n33dle@127.0.0.1:1/desk", url), *command)
        assert_one_line(result, named, process)


@pytest.mark.services
@pytest.mark.parametrize("process", ["migrate", *PROCESSES])
def test_what_postgresql_lacks_ends_each(run: Run, own_database: str, process: str) -> None:
    command = ["-m", *PROCESSES[process]] if process in PROCESSES else ["manage.py", process]
    latin = f"{connection.settings_dict['NAME']}_ascii"
    server = own_database.rpartition("/")[0]
    faults = {
        f"{server}/{latin}": "encoding is SQL_ASCII",
        f"{server}/nowhere": "no such database",
        server.replace("postgres:@", "nobody_here:@") + "/postgres": "doesn't know this user",
        f"{server}/postgres?sslmode=verify-full": "fails over TLS",
    }
    with psycopg.connect(own_database, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {latin} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
        try:
            for url, named in told_by(process, faults):
                result = run(changed(DATABASE, url), *command)
                assert_one_line(result, named, process)
        finally:
            admin.execute(f"DROP DATABASE {latin} WITH (FORCE)")


@pytest.mark.parametrize("process", ["web", "worker"])
def test_servers_that_are_only_away_are_said_in_a_line_each_and_waited_for(
    tree: Path, tmp_path: Path, process: str
) -> None:
    (tree / ".env").write_text(GOOD)
    environment = {"PATH": os.environ["PATH"], "PORT": str(free_port()), "VAR_DIR": str(tmp_path)}
    with (tmp_path / "log").open("wb") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", *PROCESSES[process]],
            cwd=tree, env=environment, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    away = [
        f"{name} names {server} at 127.0.0.1:1, which doesn't answer now"
        for name, server in (("DATABASE_URL", "PostgreSQL"), ("CELERY_BROKER_URL", "RabbitMQ"))
    ]
    try:
        wait_until(lambda: all(line in (tmp_path / "log").read_text() for line in away), "a line for each")
        assert running.poll() is None
    finally:
        running.terminate()
        running.wait(120)
    said = (tmp_path / "log").read_text()
    assert [said.count(line) for line in away] == [1, 1]
    assert [needle for needle in NEEDLES if needle in said] == []
