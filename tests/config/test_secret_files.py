"""A secret may come from a file of its own."""

import os
from pathlib import Path
from unittest.mock import patch

import pytest

from config import env
from tests.env import load, read, start

pytestmark = pytest.mark.slow


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


def test_only_secrets_come_from_files(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"^Tourdesk can't start: SITE_URL_FILE \(line 1 of .env\) is not read"):
        load(tmp_path, "SITE_URL_FILE=/run/site\n")


def test_the_process_decides_before_the_file_about_a_secret_in_either_form(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from-file")
    named = {"SECRET_KEY_FILE": str(tmp_path / "secret")}

    assert load(tmp_path, "SECRET_KEY=from-dotenv", **named)["SECRET_KEY"] == "from-file"
    text = f"SECRET_KEY_FILE={named['SECRET_KEY_FILE']}"
    assert load(tmp_path, text, SECRET_KEY="from-process")["SECRET_KEY"] == "from-process"


@pytest.mark.parametrize("kind", ["folder", "dangling"])
def test_a_file_that_isn_t_one_never_counts_as_none(tmp_path: Path, kind: str) -> None:
    """Docker makes a folder where the file to mount is missing."""
    (tmp_path / ".env").mkdir() if kind == "folder" else (tmp_path / ".env").symlink_to(tmp_path / "gone")

    with pytest.raises(SystemExit, match=r"^Tourdesk can't start: .*\.env can't be read"):
        env.load(tmp_path)


def test_a_secret_may_begin_with_a_dollar(tmp_path: Path) -> None:
    result = start(tmp_path, "print(settings.SECRET_KEY)", SECRET_KEY="$HOME" + "s" * 50)

    assert (result.stderr, result.stdout) == ("", "$HOME" + "s" * 50 + "\n")
