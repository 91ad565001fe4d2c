"""A wrong or missing variable stops the start with one line; a secret may come from a file."""

import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from config import env
from config.env import dotenv, source
from tests.odd_numbers import NO_WHOLE

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SECRET_KEY": "production" * 6,
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


def read(tmp_path: Path, **variables: str) -> dict[str, Any]:
    """What the settings make of these variables, in this process: a start of its own takes a second.

    A developer's own .env decides nothing.
    """
    variables = {"VAR_DIR": str(tmp_path), **variables}
    with patch.dict(os.environ, variables, clear=True), patch.object(source, "read_file"):
        return runpy.run_path(str(ROOT / "config/settings.py"))


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


@pytest.mark.parametrize("raw", ["{}", "{}\n", "\ufeff{}\r\n"])
def test_secret_comes_from_the_named_file(tmp_path: Path, raw: str) -> None:
    file = tmp_path / "secret"
    file.write_text(raw.format("from-file" * 6))

    with patch.dict(os.environ, {"VAR_DIR": str(tmp_path), "SECRET_KEY_FILE": str(file)}, clear=True):
        env.load(tmp_path)
        env.load(tmp_path)  # as a child process does, which inherits what this one has read

        assert env.text("SECRET_KEY") == "from-file" * 6


@pytest.mark.parametrize("raw", [None, b"", b"\n", b"\xff\xfe", b"two\nlines", b"nul\0"])
def test_a_file_without_one_secret_ends_the_start_and_its_variable_is_named(tmp_path: Path, raw: bytes | None) -> None:
    file = tmp_path / "secret"
    if raw is not None:
        file.write_bytes(raw)

    with pytest.raises(SystemExit, match=r"^Tourdesk can't start: SECRET_KEY_FILE names a file that .*\.$"):
        read(tmp_path, SECRET_KEY_FILE=str(file))


def test_a_folder_in_the_place_of_a_secret_s_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"^Tourdesk can't start: EMAIL_URL_FILE .*Is a directory"):
        read(tmp_path, EMAIL_URL_FILE=str(tmp_path))


def test_a_secret_and_its_file_together_end_the_start(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from-file" * 6)

    with pytest.raises(SystemExit, match=r"^Tourdesk can't start: SECRET_KEY_FILE and SECRET_KEY are both set"):
        read(tmp_path, SECRET_KEY="given" * 10, SECRET_KEY_FILE=str(tmp_path / "secret"))


@pytest.fixture
def dotenv_names() -> Iterator[None]:
    yield
    source.in_file.clear()


def load(tmp_path: Path, text: str, **variables: str) -> dict[str, str]:
    """What the environment holds once this .env was read."""
    (tmp_path / ".env").write_text(text)
    with patch.dict(os.environ, variables, clear=True):
        env.load(tmp_path)
        env.check_names()
        return dict(os.environ)


@pytest.mark.usefixtures("dotenv_names")
@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("DATABSE_URL", "DATABASE_URL"),
        ("DATABASE_URI", "DATABASE_URL"),
        ("database_url", "DATABASE_URL"),
        ("CELERY_BROKER", "CELERY_BROKER_URL"),
        ("SECRETKEY", "SECRET_KEY"),
        ("ALLOWED_HOST", "ALLOWED_HOSTS"),
        ("WEB_CONCURENCY", "WEB_CONCURRENCY"),
        ("FLOWER_BASICAUTH", "FLOWER_BASIC_AUTH"),
        ("EMIAL_URL", "EMAIL_URL"),
    ],
)
def test_a_name_close_to_a_known_one_in_the_file_ends_the_start(tmp_path: Path, wrong: str, meant: str) -> None:
    with pytest.raises(SystemExit) as stopped:
        load(tmp_path, f"# first\n{wrong}=n33dle\n")

    said = f"Tourdesk can't start: {wrong} (line 2 of .env) is not known; did you mean {meant}?"
    assert str(stopped.value) == said


@pytest.mark.usefixtures("dotenv_names")
def test_what_nobody_reads_is_told_by_its_line_and_compose_s_own_isn_t(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    load(tmp_path, "COMPOSE_FILE=a\nn33dle=b\nPOSTGRES_PASSWORD=c\nSOMETHING_ELSE=d\n")

    assert capfd.readouterr().err == "Tourdesk: .env sets what Tourdesk doesn't read, in line 2, 4.\n"


@pytest.mark.usefixtures("dotenv_names")
def test_a_nearly_known_name_in_the_process_is_told_but_others_may_mean_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    load(tmp_path, "", DATABSE_URL="n33dle", PATH="/bin", EMAIL="me@example.com")

    said = "Tourdesk: DATABSE_URL is not known and not used; did you mean DATABASE_URL?\n"
    assert capfd.readouterr().err == said


@pytest.mark.usefixtures("dotenv_names")
def test_only_secrets_come_from_files(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"^Tourdesk can't start: SITE_URL_FILE \(line 1 of .env\) is not read"):
        load(tmp_path, "SITE_URL_FILE=/run/site\n")


@pytest.mark.usefixtures("dotenv_names")
def test_the_process_decides_before_the_file_about_a_secret_in_either_form(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from-file")
    named = {"SECRET_KEY_FILE": str(tmp_path / "secret")}

    assert load(tmp_path, "SECRET_KEY=from-dotenv", **named)["SECRET_KEY"] == "from-file"
    source.in_file.clear()
    text = f"SECRET_KEY_FILE={named['SECRET_KEY_FILE']}"
    assert load(tmp_path, text, SECRET_KEY="from-process")["SECRET_KEY"] == "from-process"


@pytest.mark.usefixtures("dotenv_names")
@pytest.mark.parametrize("kind", ["folder", "dangling"])
def test_a_file_that_isn_t_one_never_counts_as_none(tmp_path: Path, kind: str) -> None:
    """Docker makes a folder where the file to mount is missing."""
    (tmp_path / ".env").mkdir() if kind == "folder" else (tmp_path / ".env").symlink_to(tmp_path / "gone")

    with pytest.raises(SystemExit, match=r"^Tourdesk can't start: .*\.env can't be read"):
        env.load(tmp_path)


def test_a_secret_may_begin_with_a_dollar(tmp_path: Path) -> None:
    result = start(tmp_path, "print(settings.SECRET_KEY)", SECRET_KEY="$HOME" + "s" * 50)

    assert (result.stderr, result.stdout) == ("", "$HOME" + "s" * 50 + "\n")


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


@pytest.mark.parametrize("variables", [{}, PRODUCTION])
def test_the_example_names_every_variable_and_only_those(tmp_path: Path, variables: dict[str, str]) -> None:
    """Settings ask for all of them in any case, for gunicorn's and Flower's, too: else one would be unknown in .env."""
    asked: set[str] = set()
    with patch.object(source, "asked", asked):
        read(tmp_path, **variables)
    example = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE))

    assert asked - example == set()
    assert {name for name in example - asked if not name.startswith(source.OTHERS)} == set()


def test_the_example_as_it_stands_is_a_trial_that_can_be_opened_here(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes((ROOT / ".env.example").read_bytes())
    values = {name: line.value for name, line in dotenv.read(tmp_path / ".env").items()}

    found = read(tmp_path, **values)

    assert (found["SITE_URL"], found["HTTPS"]) == ("http://127.0.0.1:8000", False)


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


def modes(folder: Path) -> dict[str, str]:
    """{path below the folder: its rights}, and those of the folder itself."""
    return {str(path.relative_to(folder)): oct(path.stat().st_mode & 0o777) for path in [folder, *folder.rglob("*")]}


MAKE_FILES = """
import django; django.setup()
from django.core.mail import send_mail
from django.core.management import call_command
from config.embedded_broker import publish_file
from config import env
call_command("migrate", verbosity=0)
send_mail("s", "t", None, ["a@mail.example.org"])
publish_file(settings.VAR_DIR / "broker" / "messages" / "1.mail.msg", "{}")
env.flower_log_in(settings.VAR_DIR, required=False)
from bookings.admin.imports import UploadStorage
UploadStorage().save(b"x")
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
default_storage.save("proofs/a.pdf", ContentFile(b"x"))
"""


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_all_that_is_made_under_var_is_its_owners_alone(tmp_path: Path, umask: int) -> None:
    var = tmp_path / "var"
    old = os.umask(umask)
    try:
        result = start(tmp_path, f"exec({MAKE_FILES!r})", VAR_DIR=str(var))
    finally:
        os.umask(old)

    assert (result.returncode, result.stderr) == (0, "")
    found = modes(var)
    assert {"mail", "broker/control", "imports", "media/proofs", "tourdesk.sqlite3", "secret-key"} <= set(found)
    folders = {name for name in found if (var / name).is_dir()}
    assert {name: mode for name, mode in found.items() if mode != ("0o700" if name in folders else "0o600")} == {}


def test_what_was_open_to_all_before_is_closed_at_the_start(tmp_path: Path) -> None:
    var = tmp_path / "var"
    for folder in (var, var / "mail", var / "broker", var / "broker" / "messages"):
        folder.mkdir(mode=0o755)
    for file in (var / "mail" / "old.eml", var / "tourdesk.sqlite3", var / "broker" / "messages" / "1.mail.msg"):
        file.touch(mode=0o644)

    assert start(tmp_path, VAR_DIR=str(var)).returncode == 0

    found = modes(var)
    assert found.pop(".") == "0o755"  # somebody named it, so that it may be for others too
    folders = {name for name in found if (var / name).is_dir()}
    assert {name: mode for name, mode in found.items() if mode != ("0o700" if name in folders else "0o600")} == {}


def test_a_folder_that_is_not_ours_alone_keeps_its_rights(tmp_path: Path) -> None:
    """VAR_DIR=/srv, which others use as well."""
    (tmp_path / "others").mkdir(mode=0o755)
    tmp_path.chmod(0o755)

    assert start(tmp_path).returncode == 0

    assert [modes(tmp_path)[name] for name in (".", "others", "mail", "broker")] == ["0o755", "0o755", "0o700", "0o700"]
