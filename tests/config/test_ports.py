"""`make demo` says at once that a port is taken, before it installs anything."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import ports

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_taken_port_is_named_with_its_variable_and_a_cure(taken: int) -> None:
    cure = f"make demo PORT={taken + 1 if taken < 65535 else 8000}"
    assert ports.refusal(taken, 1024) == f"Port {taken} is taken. Set PORT to a free one: {cure}"


def test_two_names_for_one_port_are_told() -> None:
    assert (
        ports.refusal(8000, 8000) == "PORT and FLOWER_PORT are both 8000. Set one to another, such as FLOWER_PORT=8001."
    )


def test_it_runs_before_anything_is_installed(taken: int) -> None:
    """Without the packages, and without a look at this folder."""
    command = [sys.executable, "-I", "-S", "config/ports.py", str(taken), "5555"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)

    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith(f"Port {taken} is taken.")


@pytest.mark.parametrize("text", ["80x", "", "0", "65536", "٨٠٠٠"])
def test_what_is_no_port_is_left_to_the_settings(text: str) -> None:
    assert ports.numbers(text, "5555") == [5555]
