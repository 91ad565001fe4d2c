"""What the embedded mode makes under var/, and who may read it."""

import os
from pathlib import Path

import pytest

from config import env
from tests.env import start

pytestmark = pytest.mark.slow


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
