"""A wrong or missing variable stops the start with one line; a secret may come from a file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config import env
from tests.env import PRODUCTION, ROOT, read, start
from tests.odd_numbers import NO_WHOLE

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", "change-me-change-me-change-me-change-me-change-me"),
        ("SECRET_KEY", "k" * 60),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "mysql://desk@127.0.0.1/desk"),
        ("DATABASE_URL", "postgres://desk@127.0.0.1"),
        ("DATABASE_URL", "postgres://user:password@127.0.0.1/desk"),
        ("DATABASE_URL", "postgres://desk:word@host:5432/name"),
        ("DATABASE_URL", "postgres://desk:word@db.example.com/desk"),
        *[("DATABASE_URL", f"postgres://desk:n3{letter}dle@127.0.0.1/desk") for letter in "@/#?%: []\\"],
        *[("CELERY_BROKER_URL", f"amqp://desk:n3{letter}dle@127.0.0.1/desk") for letter in "@/#?%:;"],
        *[("EMAIL_URL", f"smtp://desk:n3{letter}dle@127.0.0.1") for letter in "@/#?%:"],
        *[("CACHE_URL", f"redis://:n3{letter}dle@127.0.0.1/1") for letter in "@/#"],
        ("CELERY_BROKER_URL", "redis://127.0.0.1"),
        ("CELERY_BROKER_URL", "amqp://127.0.0.1:abc//"),
        ("CELERY_BROKER_URL", "amqp://127.0.0.1:1//;127.0.0.2"),
        ("CELERY_BROKER_URL", "amqp://user:password@127.0.0.1/vhost"),
        ("CELERY_BROKER_URL", "amqp://desk:pw-1@one//;redis://:pw-2@two"),
        ("CELERY_BROKER_URL", "amqp://desk:pw-1@one//;amqp://desk:pw-2@two:abc//"),
        ("CELERY_BROKER_URL", "amqp://desk:pw-1@one//;"),
        ("CELERY_BROKER_URL", "amqp://desk:pw-1@one//;memory://"),
        ("EMAIL_URL", "127.0.0.1:25"),
        ("EMAIL_URL", "smtp://mail:port"),
        ("EMAIL_URL", "smtp://desk@127.0.0.1"),
        ("EMAIL_URL", "smtp://desk:@127.0.0.1"),
        ("EMAIL_URL", "smtp://127.0.0.1/desk"),
        ("EMAIL_URL", "anymail+postmrk://?POSTMARK_SERVER_TOKEN=x"),
        ("EMAIL_URL", "anymail+postmark://?POSTMARK_SERVER_TOKEN=…"),
        ("DEFAULT_FROM_EMAIL", "desk"),
        ("DEFAULT_FROM_EMAIL", "Tours, Inc. <desk@tourdesk.example>"),
        ("SUPPORT_EMAIL", "help@tourdesk.example, desk@tourdesk.example"),
        ("VAR_DIR", "/dev/null/var"),
        ("PORT", "70000"),
        ("PORT", "٨٠٠٠"),
        ("ALLOWED_HOSTS", "https://desk.example.com"),
        ("ALLOWED_HOSTS", "desk.example.com localhost"),
        ("ALLOWED_HOSTS", "desk.example.com:443"),
        ("ALLOWED_HOSTS", "office.example.com"),
        ("ALLOWED_HOSTS", "*"),
        ("API_RATE", "lots"),
        ("CHAPA_REFUND_BY", "name"),
        ("CHAPA_CHECKOUT_HOSTS", "https://checkout.chapa.co"),
        ("CHAPA_SECRET_KEY", "<your key>"),
        ("CHECKOUT_MINUTES", "5"),
        ("CHECKOUT_MINUTES", "60min"),
        ("CHECKOUT_MINUTES", "9" * 5000),
        ("REFUND_APPROVAL_LIMITS", "ETB:lots"),
        ("REFUND_APPROVAL_LIMITS", "10000"),
        ("SITE_URL", "desk.example.com"),
        ("SITE_URL", "https://desk.example.com/office"),
        ("SITE_URL", "https://desk.example.com?office"),
        ("SITE_URL", "https://desk.example.com#office"),
        ("SITE_URL", "https://ops:n3edle@desk.example.com"),
        ("SITE_URL", "“https://desk.example.com”"),
        ("CSRF_TRUSTED_ORIGINS", "desk.example.com"),
        ("CSRF_TRUSTED_ORIGINS", "https://desk.example.com/"),
        ("CSRF_TRUSTED_ORIGINS", "https://desk.example.com https://www.example.com"),
        ("TIME_ZONE", "Addis"),
        ("DEBUG", "perhaps"),
        ("DEBUG", "ture"),
        ("WORKER_CONCURRENCY", "0"),
        ("WEB_STATEMENT_SECONDS", "99999"),
        ("WEB_CONCURRENCY", "abc"),
        ("WEB_THREADS", "4 threads"),
        ("FLOWER_PORT", "abc"),
        ("FLOWER_READ_ONLY", "maybe"),
        ("FLOWER_BASIC_AUTH", "user:password"),
        ("LOG_FORMAT", "xml"),
        ("LOG_LEVEL", "LOUD"),
        ("CACHE_URL", "nowhere://x"),
        ("CACHE_URL", "redis://127.0.0.1/first"),
        ("SENTRY_DSN", "nonsense"),
        ("TWO_FACTOR_ROLES", "Manager,Boss"),
        ("TWO_FACTOR_ROLES", "manager"),
        ("TWO_FACTOR_ROLES", "Manager Finance"),
    ],
)
def test_wrong_value_ends_in_one_line_that_names_it_and_never_what_may_be_a_password(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    with pytest.raises(SystemExit) as stopped:
        read(tmp_path, **PRODUCTION | {name: value})

    said = str(stopped.value)
    assert said.startswith(f"Tourdesk can't start: {name} ")
    assert said.endswith(".")
    assert "\n" not in said
    assert "n3" not in said
    assert "dle" not in said.replace(name, "")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("site", ["https://desk.example.com", "https://127.0.0.1", "http://192.0.2.7:8000"])
@pytest.mark.parametrize(
    ("without", "named"),
    [
        (["DATABASE_URL"], "DATABASE_URL must"),
        (["CELERY_BROKER_URL"], "CELERY_BROKER_URL must"),
        (["DATABASE_URL", "CELERY_BROKER_URL"], "DATABASE_URL and CELERY_BROKER_URL must"),
    ],
)
def test_an_office_that_others_open_never_runs_on_stand_ins(
    tmp_path: Path, site: str, without: list[str], named: str
) -> None:
    variables = {name: value for name, value in PRODUCTION.items() if name not in without}

    with pytest.raises(SystemExit, match=f"^Tourdesk can't start: {named}"):
        read(tmp_path, **variables | {"SITE_URL": site})


def test_an_escaped_password_is_the_one_that_was_meant(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        **PRODUCTION
        | {
            "DATABASE_URL": "postgres://desk:%40%3A%2F%23%3F%25+;@127.0.0.1/desk",
            "EMAIL_URL": "smtp://desk%40example.com:%40%2F@127.0.0.1",
            "CELERY_BROKER_URL": "amqp://a:b@127.0.0.1/desk;amqp://a:b@127.0.0.2/desk",
        },
    )

    assert found["DATABASES"]["default"]["PASSWORD"] == "@:/#?%+;"
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("desk@example.com", "@/")
    assert found["CELERY_BROKER_URL"].count("amqp://") == 2


def test_the_office_s_own_host_is_allowed_and_trusted_without_being_named_again(tmp_path: Path) -> None:
    found = read(tmp_path, **PRODUCTION)

    assert found["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "desk.example.com"]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://desk.example.com"]


def test_a_wrong_address_of_several_is_named_by_its_place_alone(tmp_path: Path) -> None:
    nodes = "amqp://desk:pw-1@one//;amqp://desk:pw-2@two:abc//;amqp://desk:pw-3@three//"
    output = start(tmp_path, **PRODUCTION | {"CELERY_BROKER_URL": nodes}).stderr
    assert "Look at address 2 of 3" in output
    assert "pw-" not in output


def test_several_brokers_start_and_each_is_tried_by_a_publisher(tmp_path: Path) -> None:
    nodes = "amqp://desk:word@one:1/desk ; amqps://desk:word@two:2/desk"
    code = "print(settings.CELERY_BROKER_URL, settings.CELERY_TASK_PUBLISH_RETRY_POLICY['max_retries'])"
    run = start(tmp_path, code, **PRODUCTION | {"CELERY_BROKER_URL": nodes})
    assert (run.stdout, run.stderr) == ("amqp://desk:word@one:1/desk;amqps://desk:word@two:2/desk 2\n", "")


def test_production_values_start(tmp_path: Path) -> None:
    result = start(tmp_path, "print(settings.EMBEDDED, settings.SECURE_SSL_REDIRECT)", **PRODUCTION)

    assert (result.stderr, result.stdout) == ("", "False True\n")


@pytest.mark.parametrize(
    ("variables", "on"),
    [
        (PRODUCTION, False),
        ({}, True),
        (PRODUCTION | {"PAYMENTS_SANDBOX": "true"}, True),
        ({"PAYMENTS_SANDBOX": "0"}, False),
    ],
)
def test_the_sandbox_is_on_by_itself_in_the_embedded_mode_only(
    tmp_path: Path, variables: dict[str, str], on: bool
) -> None:
    result = start(tmp_path, "print(settings.PAYMENTS_SANDBOX)", **variables)

    assert (result.stderr, result.stdout) == ("", f"{on}\n")


def test_empty_values_are_the_defaults(tmp_path: Path) -> None:
    names = ("SECRET_KEY", "DATABASE_URL", "CELERY_BROKER_URL", "EMAIL_URL", "CACHE_URL", "ALLOWED_HOSTS", "SITE_URL")

    result = start(tmp_path, "print(settings.SITE_URL, settings.ALLOWED_HOSTS)", **dict.fromkeys(names, ""))

    assert (result.stderr, result.stdout) == ("", "http://127.0.0.1:8000 ['localhost', '127.0.0.1']\n")


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


@pytest.mark.parametrize("value", ["", "ops", "ops:", ":word"])
def test_flower_refuses_to_run_open_in_production(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("FLOWER_BASIC_AUTH", value)

    with pytest.raises(SystemExit, match="FLOWER_BASIC_AUTH"):
        env.flower_log_in(tmp_path, required=True)


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
    names = ("SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD")
    found = read(tmp_path, **PRODUCTION, **variables)
    assert tuple(found[name] for name in names) == header


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
