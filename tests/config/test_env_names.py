"""A name that nobody reads is told, in .env and in the process."""

import re
from pathlib import Path
from unittest.mock import patch

import pytest

from config.env import dotenv, source
from tests.env import PRODUCTION, ROOT, load, read

pytestmark = pytest.mark.slow


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


def test_what_nobody_reads_is_told_by_its_line_and_compose_s_own_isn_t(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    load(tmp_path, "COMPOSE_FILE=a\nn33dle=b\nPOSTGRES_PASSWORD=c\nSOMETHING_ELSE=d\n")

    assert capfd.readouterr().err == "Tourdesk: .env sets what Tourdesk doesn't read, in line 2, 4.\n"


def test_a_nearly_known_name_in_the_process_is_told_but_others_may_mean_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    load(tmp_path, "", DATABSE_URL="n33dle", PATH="/bin", EMAIL="me@example.com")

    said = "Tourdesk: DATABSE_URL is not known and not used; did you mean DATABASE_URL?\n"
    assert capfd.readouterr().err == said


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
