"""`make demo` in a folder with any name."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.management.commands.demo import in_shell


@pytest.mark.parametrize("folder", ["two words", "Sara's", 'a "b"', "ጉዞ", "$HOME;{x}%h&"])
def test_processes_start_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    python = tmp_path / folder / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    monkeypatch.setattr(sys, "executable", str(python))

    done = subprocess.run(in_shell("platform"), shell=True, capture_output=True, text=True, check=False, timeout=120)

    assert (done.returncode, done.stderr) == (0, "")
