"""The environment of the tests, chosen before Django reads its settings.

TEST_DATABASE_URL, else PostgreSQL on this machine, else SQLite in memory (TEST_DATABASE=sqlite wants it).
The broker is memory:// here: what is published stays in the process, and nothing consumes it.
"""

import os
import shutil
import socket
import sys
import tempfile
from pathlib import Path

import django
import pytest
from pytest_django import Settings

# Its own name for each run: two runs on one machine don't meet.
POSTGRES = f"postgres://postgres@127.0.0.1:5432/tourdesk_{os.getpid()}"


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def database_url() -> str:
    if url := os.environ.get("TEST_DATABASE_URL"):
        return url
    if os.environ.get("TEST_DATABASE") != "sqlite" and listens(5432):
        return POSTGRES
    return "sqlite://:memory:"


def pytest_configure(config: pytest.Config) -> None:
    """Each variable is set, so that neither .env nor the shell decides what a test sees."""
    if hasattr(config, "workerinput"):
        return  # a process of xdist has inherited them
    if "config.settings" in sys.modules:
        raise pytest.UsageError("Settings were read too early: unset DJANGO_SETTINGS_MODULE, then run the tests.")
    for name in (
        "CHAPA_SECRET_KEY",
        "CHAPA_WEBHOOK_SECRET",
        "CACHE_URL",
        "EMAIL_URL",
        "OPS_EMAIL",
        "SENTRY_DSN",
        "TRUST_PROXY",
    ):
        os.environ[name] = ""
    os.environ.update(
        ALLOWED_HOSTS="localhost,127.0.0.1,testserver",
        CELERY_BROKER_URL="memory://",
        CSRF_TRUSTED_ORIGINS="",
        DATABASE_URL=database_url(),
        DEBUG="false",
        DEFAULT_FROM_EMAIL="Tourdesk <desk@tourdesk.example>",
        PAYMENTS_SANDBOX="true",
        DJANGO_SETTINGS_MODULE="config.settings",
        SECRET_KEY="only-for-tests-" + "x" * 40,
        SITE_URL="http://127.0.0.1:8000",
        SUPPORT_EMAIL="help@tourdesk.example",
        TIME_ZONE="Africa/Addis_Ababa",
        VAR_DIR=tempfile.mkdtemp(prefix="tourdesk-test-"),
    )
    django.setup()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ["VAR_DIR"], ignore_errors=True)


def missing_services() -> dict[str, str]:
    """{marker: what this machine lacks for it}; the tests start a RabbitMQ node and a browser of their own."""
    lacks = [] if listens(5432) else ["PostgreSQL on 127.0.0.1:5432"]
    if not Path("/usr/lib/rabbitmq/bin/rabbitmq-server").exists():
        lacks.append("an installed rabbitmq-server")
    missing = {"services": " and ".join(lacks)} if lacks else {}
    for marker, program in {"browser": "chromium", "proxy": "nginx"}.items():
        if not shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin"):
            missing[marker] = f"an installed {program}"
    return missing


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that need a service are skipped with the reason; with REQUIRE_SERVICES=1 its absence is an error.

    The slow ones come first: no process is still at one of them when the others have nothing left to do.
    """
    items.sort(key=lambda item: item.get_closest_marker("e2e") is None)
    for marker, what in missing_services().items():
        needing = [item for item in items if item.get_closest_marker(marker)]
        if needing and os.environ.get("REQUIRE_SERVICES") == "1":
            raise pytest.UsageError(f"REQUIRE_SERVICES=1, but this machine lacks {what}")
        for item in needing:
            item.add_marker(pytest.mark.skip(reason=f"this machine lacks {what}"))


@pytest.fixture(autouse=True)
def quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def quick_clients(settings: Settings) -> None:
    """Else WhiteNoise looks at each static file for each test client, which is a third of the quick tests' time."""
    settings.WHITENOISE_AUTOREFRESH = True
