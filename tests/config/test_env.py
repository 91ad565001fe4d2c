"""A wrong or missing variable stops the start with one line; a secret may come from a file."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config import env
from tests.odd_numbers import NO_WHOLE

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SECRET_KEY": "p" * 60,
    "DATABASE_URL": "postgres://desk:word@127.0.0.1:1/desk",
    "CELERY_BROKER_URL": "amqp://desk:word@127.0.0.1:1/desk",
    "SITE_URL": "https://desk.example.com",
}


def start(tmp_path: Path, code: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """A process of its own that reads the settings with these variables, and then runs the code."""
    return subprocess.run(
        [sys.executable, "-c", f"from django.conf import settings; settings.DEBUG; {code}"],
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "VAR_DIR": str(tmp_path),
            **variables,
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://desk@127.0.0.1/desk"),
        ("DATABASE_URL", "postgres://desk@127.0.0.1"),
        ("CELERY_BROKER_URL", "redis://127.0.0.1"),
        ("CELERY_BROKER_URL", "amqp://127.0.0.1:abc//"),
        ("CELERY_BROKER_URL", "amqp://desk:pw-1@one//;redis://:pw-2@two"),
        ("CELERY_BROKER_URL", "amqp://desk:pw-1@one//;amqp://desk:pw-2@two:abc//"),
        ("CELERY_BROKER_URL", "amqp://desk:pw-1@one//;"),
        ("CELERY_BROKER_URL", "amqp://desk:pw-1@one//;memory://"),
        ("EMAIL_URL", "127.0.0.1:25"),
        ("EMAIL_URL", "smtp://mail:port"),
        ("EMAIL_URL", "anymail+postmrk://?POSTMARK_SERVER_TOKEN=x"),
        ("DEFAULT_FROM_EMAIL", "desk"),
        ("VAR_DIR", "/dev/null/var"),
        ("PORT", "70000"),
        ("ALLOWED_HOSTS", "https://desk.example.com"),
        ("API_RATE", "lots"),
        ("CHAPA_REFUND_BY", "name"),
        ("CHECKOUT_MINUTES", "5"),
        ("REFUND_APPROVAL_LIMITS", "ETB:lots"),
        ("REFUND_APPROVAL_LIMITS", "10000"),
        ("SITE_URL", "desk.example.com"),
        ("CSRF_TRUSTED_ORIGINS", "desk.example.com"),
        ("TIME_ZONE", "Addis"),
        ("DEBUG", "perhaps"),
        ("WORKER_CONCURRENCY", "0"),
        ("LOG_FORMAT", "xml"),
        ("LOG_LEVEL", "LOUD"),
        ("CACHE_URL", "nowhere://x"),
        ("SENTRY_DSN", "nonsense"),
    ],
)
def test_wrong_value_stops_the_start_with_one_line_that_names_it(tmp_path: Path, name: str, value: str) -> None:
    result = start(tmp_path, **PRODUCTION | {name: value})

    assert (result.returncode, result.stdout) == (1, "")
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith(f"Tourdesk can't start: {name} ")


def test_a_wrong_address_of_several_is_named_by_its_place_alone(tmp_path: Path) -> None:
    nodes = "amqp://desk:pw-1@one//;amqp://desk:pw-2@two:abc//;amqp://desk:pw-3@three//"
    output = start(tmp_path, **PRODUCTION | {"CELERY_BROKER_URL": nodes}).stderr
    assert "(look at address 2 of 3)" in output
    assert "pw-" not in output


def test_several_brokers_start_and_each_is_tried_by_a_publisher(tmp_path: Path) -> None:
    nodes = "amqp://desk:word@one:1/desk ; amqps://desk:word@two:2/desk"
    code = "print(settings.CELERY_BROKER_URL, settings.CELERY_TASK_PUBLISH_RETRY_POLICY['max_retries'])"
    run = start(tmp_path, code, **PRODUCTION | {"CELERY_BROKER_URL": nodes})
    assert (run.stdout, run.stderr) == ("amqp://desk:word@one:1/desk;amqps://desk:word@two:2/desk 2\n", "")


def test_production_values_start(tmp_path: Path) -> None:
    result = start(tmp_path, "print(settings.EMBEDDED, settings.SECURE_SSL_REDIRECT)", **PRODUCTION)

    assert (result.stderr, result.stdout) == ("", "False True\n")


def test_empty_values_are_the_defaults(tmp_path: Path) -> None:
    names = ("SECRET_KEY", "DATABASE_URL", "CELERY_BROKER_URL", "EMAIL_URL", "CACHE_URL", "ALLOWED_HOSTS", "SITE_URL")

    result = start(tmp_path, "print(settings.SITE_URL, settings.ALLOWED_HOSTS)", **dict.fromkeys(names, ""))

    assert (result.stderr, result.stdout) == ("", "http://127.0.0.1:8000 ['localhost', '127.0.0.1']\n")


def test_secret_comes_from_the_named_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("f" * 60 + "\n")

    result = start(tmp_path, "print(settings.SECRET_KEY)", SECRET_KEY_FILE=str(file))

    assert (result.stderr, result.stdout) == ("", "f" * 60 + "\n")


def test_a_secret_may_begin_with_a_dollar(tmp_path: Path) -> None:
    result = start(tmp_path, "print(settings.SECRET_KEY)", SECRET_KEY="$HOME" + "s" * 50)

    assert (result.stderr, result.stdout) == ("", "$HOME" + "s" * 50 + "\n")


def test_a_file_that_is_no_text_stops_the_start_and_names_its_variable(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\xff\xfe")

    result = start(tmp_path, SECRET_KEY_FILE=str(tmp_path / "secret"))

    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith("Tourdesk can't start: SECRET_KEY_FILE ")


def test_gunicorn_stops_with_the_same_line(tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "gunicorn", "config.wsgi"],
        env={"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), "PORT": "70000"},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )

    assert (result.returncode, result.stderr) == (1, "Tourdesk can't start: PORT wants a port, 1 to 65535.\n")


def test_missing_file_stops_the_start_and_names_its_variable(tmp_path: Path) -> None:
    result = start(tmp_path, SECRET_KEY_FILE=str(tmp_path / "nothing"))

    assert result.returncode == 1
    assert result.stderr.startswith("Tourdesk can't start: SECRET_KEY_FILE ")


def test_embedded_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first, second = (start(tmp_path, "print(settings.SECRET_KEY)").stdout for _ in range(2))

    assert first == second
    assert len(first) > 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def test_flower_log_in_is_made_once_for_the_embedded_mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWER_BASIC_AUTH", "")

    first = env.flower_log_in(tmp_path, required=False)

    assert first.startswith("ops:")
    assert env.flower_log_in(tmp_path, required=False) == first


@pytest.mark.parametrize("value", ["", "ops", "ops:", ":word"])
def test_flower_refuses_to_run_open_in_production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("FLOWER_BASIC_AUTH", value)

    with pytest.raises(SystemExit, match="FLOWER_BASIC_AUTH"):
        env.flower_log_in(tmp_path, required=True)


def test_every_variable_is_named_in_the_example() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    files = [*(ROOT / "config").glob("*.py"), ROOT / "gunicorn.conf.py"]
    code = "".join(file.read_text(encoding="utf-8") for file in files)
    reader = r'\b(?:text|flag|number|port|url|choice|words|hosts|address|rate|amounts)\(\s*"([A-Z_]+)"'

    assert {name for name in re.findall(reader, code) if f"{name}=" not in example} == set()


@pytest.mark.parametrize(
    ("variables", "header"),
    [
        ({}, (3600, False, False)),
        ({"HSTS_SECONDS": "0"}, (0, False, False)),
        ({"HSTS_SECONDS": "31536000", "HSTS_SUBDOMAINS": "true", "HSTS_PRELOAD": "true"}, (31536000, True, True)),
    ],
)
def test_browsers_are_bound_to_https_by_choice(
    tmp_path: Path, variables: dict[str, str], header: tuple[int, bool, bool]
) -> None:
    names = "SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS, settings.SECURE_HSTS_PRELOAD"
    assert start(tmp_path, f"print((settings.{names}))", **PRODUCTION, **variables).stdout.strip() == str(header)


@pytest.mark.parametrize("value", NO_WHOLE)
def test_a_number_in_another_spelling_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("A_NUMBER", value)
    with pytest.raises(SystemExit) as stopped:
        env.number("A_NUMBER", 7, least=1)
    assert str(stopped.value) == "Tourdesk can't start: A_NUMBER wants a whole number of at least 1."


@pytest.mark.parametrize("value", ["ETB:1_000", "ETB:١٠", "ETB:+10", "ETB:1e3", "ETB:-1", "ETB:", "ETB:10000000000"])
def test_an_amount_in_another_spelling_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("AMOUNTS", value)
    with pytest.raises(SystemExit):
        env.amounts("AMOUNTS", "ETB:1")


@pytest.mark.parametrize("value", ["6٠٠/min", "1_0/min", "+6/min", "06/min"])
def test_a_rate_in_another_spelling_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("A_RATE", value)
    with pytest.raises(SystemExit):
        env.rate("A_RATE", "1/min")
